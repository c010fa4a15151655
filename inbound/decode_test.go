package inbound

import "testing"

// FuzzMembersThatAreThereTwice compares the quick look, by counting, with the walk through all names.
func FuzzMembersThatAreThereTwice(f *testing.F) {
	for _, body := range []string{
		`{}`, `{"a":1}`, `{"a":1,"a":2}`, `{"a":{"b":1,"c":2},"a":{}}`, `{"a":[{"b":1},{"b":1}]}`, `{"a":[{"b":1,"b":1}]}`, `{"\u0061":1,"a":2}`,
		`{"a\":":":","b\\":"\\\":","c":{":":":"}}`, `{"":{"":{"":[]}}}`, `{"a" : "x:y" , "b"	:{}}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		object, err := decode(body)
		if err != nil {
			return
		}
		if quick, all := len(doubled(body, object)) > 0, len(doubled(body, nil)) > 0; quick != all {
			t.Errorf("%s: %v, and by looking at all names %v", body, quick, all)
		}
	})
}
