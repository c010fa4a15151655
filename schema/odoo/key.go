package odoo

import (
	"cmp"
	"slices"
	"strconv"
)

// appendKey appends a key of two parts as subjects show it: "17/1".
func appendKey(dst []byte, key Key) []byte {
	dst = strconv.AppendInt(dst, key[0], 10)
	dst = append(dst, '/')
	return strconv.AppendInt(dst, key[1], 10)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// parseInt reads a number of a document, 0 for null.
func parseInt(raw []byte) int64 {
	n, _ := strconv.ParseInt(string(raw), 10, 64)
	return n
}

// either is the id of a row that changed; only one of old and new need exist.
func either(old, new Row) int64 {
	if new.Exists() {
		return new.Int(0)
	}
	return old.Int(0)
}

func sortByID(rows []Row) {
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Compare(a.Int(0), b.Int(0)) })
}
