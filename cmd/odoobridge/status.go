package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
	"github.com/odoobridge/odoobridge/internal/config"
)

func newStatus(a *app) *cobra.Command {
	var address string
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Is it keeping up, and if not, who is slow?",
		Long: `Ask the running bridge whether it is keeping up and, if not, who is slow: the
server, the bridge, the broker or one channel. Exit code 1 when it is not ready or not there.`,
		Example: `  odoobridge status
  odoobridge status --address 127.0.0.1:8640 --json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.status(cmd.Context(), address)
		},
	}
	cmd.Flags().StringVar(&address, "address", "", "`host:port` of the running bridge (default: http.listen of the configuration)")
	return cmd
}

func (a *app) status(ctx context.Context, address string) error {
	var c *config.Config
	if address == "" {
		var err error
		if c, err = a.loadConfig(); err != nil {
			return err
		}
		address = c.HTTP.Listen
	}
	s, err := askStatus(ctx, address)
	if err != nil && c != nil {
		a.hintUnmoved(ctx, c)
	}
	if err != nil {
		return err
	}
	if a.json {
		err = a.printJSON(s)
	} else {
		err = printStatus(a.stdout, s, time.Now())
	}
	if err == nil && !s.Ready {
		return quietly(exitFailed)
	}
	return err
}

func askStatus(ctx context.Context, address string) (s bridge.Status, err error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/status", nil)
	if err != nil {
		return s, usage(fmt.Errorf("address %q: %w", address, err))
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return s, fmt.Errorf("no bridge answers on %s: is it running there? If it has ended, the end of its log says why; `odoobridge check` looks at everything that it needs (%w)", address, err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(io.LimitReader(response.Body, 4<<20))
	if err != nil {
		return s, fmt.Errorf("read the status: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return s, fmt.Errorf("the bridge cannot tell its status: %s", strings.TrimSpace(string(body)))
	}
	if err := json.Unmarshal(body, &s); err != nil {
		return s, fmt.Errorf("what answers on %s is not a bridge of this version: %w", address, err)
	}
	return s, nil
}

// verdict says in one line what is wrong, or that nothing is.
func verdict(s bridge.Status) string {
	if s.Store.State == "standby" {
		return "STANDING BY: " + s.Store.Holder + " is at work"
	}
	if !s.Ready {
		for _, c := range s.Checks {
			if !c.OK {
				reason, _, _ := strings.Cut(c.Reason, ". Remedy: ") // that is below
				return fmt.Sprintf("NOT READY: %s: %s", strings.ReplaceAll(c.Name, "_", " "), reason)
			}
		}
	}
	slowest := -1
	for i, l := range s.Lanes {
		late := l.State == "blocked" || l.State == "stopped" || l.State == "live" && l.AgeSeconds > 10
		if late && (slowest < 0 || l.AgeSeconds > s.Lanes[slowest].AgeSeconds) {
			slowest = i
		}
	}
	switch {
	case s.Replication.CatchingUp && s.Replication.LagBytes > 16<<20:
		return fmt.Sprintf("CATCHING UP: %s of log still to read", size(s.Replication.LagBytes))
	case apiVerdict(s.API) != "":
		return apiVerdict(s.API)
	case slowest >= 0:
		l := s.Lanes[slowest]
		return fmt.Sprintf("A LANE IS BEHIND: %s/%s is %s, %d events (%s) behind", l.Channel, l.Lane, l.State, l.Backlog, age(l.AgeSeconds))
	}
	return "KEEPING UP"
}

func printStatus(out io.Writer, s bridge.Status, now time.Time) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", verdict(s))
	if s.Doing != "" {
		fmt.Fprintf(&b, "doing      %s\n", s.Doing)
	}
	if r := s.Replication; r.Slot != "" {
		fmt.Fprintf(&b, "odoo       %s, database %s, up since %s\n", s.Odoo.Release, s.Odoo.Database, s.Since.Local().Format(time.DateTime))
		fmt.Fprintf(&b, "reading    slot %s at %s, %s behind the server; %d transactions, %d reconnects\n",
			r.Slot, r.Position, size(r.LagBytes), r.Transactions, r.Reconnects)
		if len(s.Odoo.Waiting) > 0 {
			fmt.Fprintf(&b, "waiting    for the DBA to publish and grant %s: `odoobridge setup` has the SQL\n", strings.Join(s.Odoo.Waiting, ", "))
		}
		if s.Store.Kind == "postgres" {
			fmt.Fprintf(&b, "store      shared in PostgreSQL, and ours\n")
		}
		fmt.Fprintf(&b, "journal    events %d to %d, store %s\n", s.Journal.First, s.Journal.Last, storeSize(s.Journal))
	}
	printAPI(&b, s.API, now)
	printClocks(&b, s.Clocks)
	for _, c := range s.Checks {
		mark := "ok"
		if !c.OK {
			mark = "NO  " + c.Reason
		}
		fmt.Fprintf(&b, "  %-18s %s\n", strings.ReplaceAll(c.Name, "_", " "), mark)
	}
	if len(s.Lanes) > 0 {
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "\nLANE\tPACE\tSTATE\tBEHIND\tOLDEST\tHELD\tUNCONFIRMED\tDELIVERED\tNOTE")
		for _, l := range s.Lanes {
			fmt.Fprintf(w, "%s/%s\t%s\t%s\t%d\t%s\t%d\t%d\t%d\t%s\n", l.Channel, l.Lane, l.Pace, l.State,
				l.Backlog, age(l.AgeSeconds), l.Held, l.InFlight, l.Delivered, note(l, now))
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	if err := printCommands(&b, s.Commands); err != nil {
		return err
	}
	printInFlight(&b, s.InFlight)
	for _, r := range s.Results {
		fmt.Fprintf(&b, "results    %d for %s wait, the oldest for %s: does its queue take them?\n", r.Count, cmp.Or(r.Channel, "commands.dead"), age(r.OldestSeconds))
	}
	for i, p := range s.Poisoned {
		if i == 10 {
			fmt.Fprintf(&b, "poisoned   and %d more: --json names them\n", len(s.Poisoned)-i)
			break
		}
		fmt.Fprintf(&b, "poisoned   %s cannot be built (%s); channels have it as it was\n", cmp.Or(p.Subject, fmt.Sprintf("%s %d", p.Entity, p.Key[0])), p.Reason)
	}
	for _, j := range s.Jobs {
		fmt.Fprintf(&b, "job        %s into %s/%s: %s\n", j.ID, j.Order.Channel, j.Order.Lane, progressOf(j))
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func printInFlight(out io.Writer, f *bridge.InFlightStatus) {
	if f == nil {
		return
	}
	fmt.Fprintf(out, "in flight  %d orders are taken off stock levels until Odoo counts them\n", f.Orders)
	for i, kit := range f.Whole {
		if i == 10 {
			fmt.Fprintf(out, "in flight  and %d more kits are not taken off their components: --json names them\n", len(f.Whole)-i)
			break
		}
		fmt.Fprintf(out, "in flight  kit %s (%d orders) is not taken off its components: %s\n", kit.Product, kit.Orders, kit.Why)
	}
}

func printCommands(out io.Writer, list []bridge.CommandStatus) error {
	if len(list) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nCOMMANDS\tTO DO\tIN ODOO\tWAITING\tOLDEST\tPARKED\tNOTE") //nolint:errcheck // Flush tells
	for _, c := range list {
		note := ""
		if c.Parked > 0 {
			note = "odoobridge exceptions list --channel " + c.Channel
		}
		fmt.Fprintf(w, "%s/%s\t%d\t%d\t%d\t%s\t%d\t%s\n", c.Channel, c.Workload, c.Received, c.Applying, c.Waiting, age(c.OldestSeconds), c.Parked, note) //nolint:errcheck // Flush tells
	}
	return w.Flush()
}

// fillingShare is the part of what the store can become from which on that is worth a word.
const fillingShare = 0.8

func storeSize(j bridge.JournalStatus) string {
	if j.StoreLimit <= 0 {
		return size(j.StoreBytes)
	}
	text := fmt.Sprintf("%s of at most %s", size(j.StoreBytes), size(j.StoreLimit))
	if share := float64(j.StoreBytes) / float64(j.StoreLimit); share >= fillingShare {
		text += fmt.Sprintf(", NEARLY FULL (%.0f %%): when it is, nothing is read; deliver, make room or raise store.max_size", 100*share)
	}
	return text
}

func note(l bridge.LaneStatus, now time.Time) string {
	switch {
	case l.Parked > 0 && l.State != "stopped":
		return fmt.Sprintf("%d parked: odoobridge parked list", l.Parked)
	case l.Error != "" && (l.State == "blocked" || l.State == "stopped"):
		return l.Error
	case !l.NextFlush.IsZero():
		return "delivers in " + l.NextFlush.Sub(now).Round(time.Second).String()
	case len(l.Unloaded) > 0:
		return "never had the documents of " + strings.Join(l.Unloaded, ", ") + ": odoobridge publish --all --entity"
	}
	return ""
}

func age(seconds float64) string {
	if seconds == 0 {
		return "-"
	}
	return (time.Duration(seconds*1000) * time.Millisecond).Round(100 * time.Millisecond).String()
}

func size(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	value, unit := float64(n), 0
	for value >= 1024 && unit < len(units)-1 {
		value, unit = value/1024, unit+1
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", value, units[unit])
}
