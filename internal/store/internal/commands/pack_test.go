package commands

import (
	"bytes"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// filled is a settlement of which no field is as in another, and none is empty: one that is added is filled, too.
func filled(t *testing.T) *store.Settlement {
	t.Helper()
	s, n := &store.Settlement{}, int64(0)
	var fill func(v reflect.Value)
	fill = func(v reflect.Value) {
		n++
		switch v.Interface().(type) {
		case time.Time:
			v.Set(reflect.ValueOf(time.UnixMicro(1_700_000_000_000_000 + n).UTC()))
			return
		case []byte:
			v.SetBytes([]byte{0, byte(n), 255})
			return
		}
		switch v.Kind() {
		case reflect.Int64:
			v.SetInt(-n << 33)
		case reflect.String:
			v.SetString("text " + strconv.FormatInt(n, 10))
		case reflect.Bool:
			v.SetBool(true)
		case reflect.Struct:
			for i := range v.NumField() {
				fill(v.Field(i))
			}
		case reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			fill(v.Index(0))
			fill(v.Index(1))
		default:
			t.Fatalf("a settlement has a %s, which is not packed", v.Kind())
		}
	}
	fill(reflect.ValueOf(s).Elem())
	return s
}

func TestWhatIsPackedIsUnpackedAsItWas(t *testing.T) {
	for _, s := range []*store.Settlement{
		filled(t), {}, {Outcome: []byte{}, Results: []store.Result{{}, {Body: []byte{}}}},
		{Seq: 7, State: store.CommandApplied, Now: time.UnixMicro(1).UTC(), Audit: []store.AuditEntry{{Action: "applied"}}},
	} {
		b := packed(s)
		got, err := unpacked(b)
		if err != nil || !reflect.DeepEqual(got, s) {
			t.Errorf("%v\n%+v\n%+v", err, got, s)
		}
		for n := range b {
			if _, err := unpacked(b[:n]); err == nil {
				t.Errorf("%d of %d bytes are taken for all", n, len(b))
			}
		}
		if _, err := unpacked(append(b, 0)); err == nil {
			t.Error("a byte more makes no difference")
		}
	}
}

// FuzzUnpacking reads anything: what is read is written as something that reads the same.
func FuzzUnpacking(f *testing.F) {
	f.Add(packed(&store.Settlement{Seq: 1, State: store.CommandParked, WaitsFor: []string{"a", "b"}, Bindings: []store.Binding{{ExternalID: "x.y", Model: "m", Record: 5}}}))
	f.Add([]byte{packVersion})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := unpacked(b)
		if err != nil {
			return
		}
		again, err := unpacked(packed(s))
		if err != nil || !bytes.Equal(packed(again), packed(s)) {
			t.Errorf("%+v is written as %+v, %v", s, again, err)
		}
	})
}
