package storecheck

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/internal/config"
)

// Questions are all that there is to ask of the store: of its folder, or of the
// database that is shared.
func Questions(cfg *config.Config) []check.Question {
	if cfg.Store.DSN != "" {
		folder := check.Question{Code: "store.path", Ask: func(context.Context) ([]check.Finding, error) { return []check.Finding{path(cfg.Store.Path)}, nil }}
		return append([]check.Question{folder, Left(cfg.Store.Path)}, shared(cfg)...)
	}
	return ofFolder(cfg.Store)
}

func ofFolder(cfg config.Store) []check.Question {
	return []check.Question{
		{Code: "store.path", Ask: func(context.Context) ([]check.Finding, error) { return []check.Finding{path(cfg.Path)}, nil }},
		{Code: "store.disk", Ask: func(context.Context) ([]check.Finding, error) { return disk(cfg) }},
		{Code: "store.file", Ask: func(context.Context) ([]check.Finding, error) { return files(cfg.Path) }},
	}
}

// path proves by doing that the folder can be written. What is made is removed.
func path(dir string) check.Finding {
	const code = "store.path"
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := tryWriting(existing(dir)); err != nil {
			return unwritable(dir, dir+" does not exist, and we may not make it", err)
		}
		return check.Good(code, dir+" will be made")
	case err != nil:
		return unwritable(dir, dir+" cannot be looked at", err)
	case !info.IsDir():
		return check.Finding{Severity: check.Fail, Code: code, What: dir + " is not a folder", Remedy: "choose another store.path"}
	}
	if err := tryWriting(dir); err != nil {
		return unwritable(dir, dir+" cannot be written", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return check.Finding{Severity: check.Warn, Code: code, What: fmt.Sprintf("%s is open to others (%s)", dir, info.Mode().Perm()),
			Why: "the store holds customers' names and addresses", Remedy: "chmod 700 " + dir}
	}
	return check.Good(code, dir+" can be written")
}

// unwritable tells a full disk from a folder that is another user's.
func unwritable(dir, what string, err error) check.Finding {
	f := check.Finding{Severity: check.Fail, Code: "store.path", What: fmt.Sprintf("%s: %v", what, err)}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		f.Remedy = "make room, or move store.path to a larger disk"
		return f
	}
	f.Remedy = fmt.Sprintf("make it, for the user that runs odoobridge: install -d -m 700 -o odoobridge %s", dir)
	return f
}

// existing is the nearest folder above that is there.
func existing(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil || filepath.Dir(dir) == dir {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

func tryWriting(dir string) error {
	file, err := os.CreateTemp(dir, ".odoobridge-check-*")
	if err != nil {
		return err
	}
	name := file.Name()
	_, err = io.WriteString(file, "check\n")
	return errors.Join(err, file.Close(), os.Remove(name))
}

func disk(cfg config.Store) ([]check.Finding, error) {
	var fsStat syscall.Statfs_t
	if err := syscall.Statfs(existing(cfg.Path), &fsStat); err != nil {
		return nil, fmt.Errorf("ask for the free space: %w", err)
	}
	return []check.Finding{space(int64(fsStat.Bavail)*int64(fsStat.Bsize), used(cfg.Path), cfg.MaxSize)}, nil
}

// scarce is less room than a bridge should start with.
const scarce = 1 << 30

func space(free, used, limit int64) check.Finding {
	const code = "store.disk"
	what := fmt.Sprintf("%s free, the store has %s of at most %s", gib(free), gib(used), gib(limit))
	why := "a full disk stops the bridge, and then the server keeps its log for it"
	switch {
	case free < scarce:
		return check.Finding{Severity: check.Fail, Code: code, What: what, Why: why, Remedy: "make room, or move store.path to a larger disk"}
	case free+used < limit:
		return check.Finding{Severity: check.Warn, Code: code, What: what, Why: why, Remedy: "lower store.max_size to what the disk holds, or move store.path to a larger disk"}
	}
	return check.Good(code, what)
}

func gib(n int64) string { return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30)) }

func used(dir string) (total int64) {
	_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil // what cannot be seen does not count
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			total += info.Size()
		}
		return nil
	})
	return total
}

// files wants what is there to be what the bridge writes.
func files(dir string) ([]check.Finding, error) {
	const code = "store.file"
	found, err := filepath.Glob(filepath.Join(dir, "*.db"))
	if err != nil {
		return nil, fmt.Errorf("look into %s: %w", dir, err)
	}
	if len(found) == 0 {
		return []check.Finding{check.Good(code, "no store yet: the first start reads Odoo's tables into it")}, nil
	}
	var findings []check.Finding
	for _, name := range found {
		if err := isSQLite(name); err != nil {
			findings = append(findings, check.Finding{Severity: check.Fail, Code: code, What: fmt.Sprintf("%s: %v", name, err),
				Remedy: "is it the bridge's, and whole? A backup goes back in its place while the bridge is stopped"})
			continue
		}
		findings = append(findings, check.Good(code, name+" is there"))
	}
	return findings, nil
}

func isSQLite(name string) error {
	file, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return errors.New("cannot be opened for writing")
	}
	defer func() { _ = file.Close() }()
	header := make([]byte, 16)
	if _, err := io.ReadFull(file, header); err == io.EOF {
		return nil // made, and nothing written yet
	} else if err != nil || string(header) != "SQLite format 3\x00" {
		return errors.New("is not a store of the bridge")
	}
	return nil
}
