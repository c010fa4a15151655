package config

import "strings"

// guess is the nearest of the candidates that a slip of the fingers explains, or "".
func guess(word string, candidates []string) string {
	best, bestDistance := "", 1+max(1, len(word)/3)
	folded := strings.ToLower(strings.ReplaceAll(word, "-", "_"))
	for _, c := range candidates {
		if d := distance(folded, strings.ToLower(c)); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// distance counts insertions, deletions, replacements and swaps of neighbours.
// Words too far apart in length are not measured.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return max(len(a), len(b))
	}
	prev2, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}
		prev2, prev, row = prev, row, prev2
	}
	return prev[len(b)]
}

func didYouMean(word string, candidates []string) string {
	if g := guess(word, candidates); g != "" {
		return "did you mean " + g + "?"
	}
	return ""
}

// remedy joins what would be right with a guess at what was meant.
func remedy(right, hint string) string {
	switch {
	case hint == "":
		return right
	case right == "":
		return hint
	}
	return right + " (" + hint + ")"
}

// Nearest is the candidate that was meant, if a slip of the fingers explains the word, or "".
func Nearest(word string, candidates []string) string { return guess(word, candidates) }
