//go:build ignore

// Writes go-words.jsonl; go-words.md says how.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/munnerz/goautoneg"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/yaml"
)

// What a package says of an input.
type line struct {
	Of    string `json:"of"`
	Input string `json:"input"`
	Says  string `json:"says"`
}

func msg(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func main() {
	r := rand.New(rand.NewSource(7))
	enc := json.NewEncoder(os.Stdout)
	enc.SetEscapeHTML(false)
	seen := map[string]bool{}
	put := func(of, in, says string) {
		if seen[of+in] {
			return
		}
		seen[of+in] = true
		enc.Encode(line{of, in, says})
	}
	mutate := func(s string, alphabet string) string {
		b := []byte(s)
		for k := 0; k <= r.Intn(3); k++ {
			i := 0
			if len(b) > 0 {
				i = r.Intn(len(b))
			}
			c := alphabet[r.Intn(len(alphabet))]
			switch r.Intn(4) {
			case 0:
				b = append(b[:i], append([]byte{c}, b[i:]...)...)
			case 1:
				if len(b) > 0 {
					b[i] = c
				}
			case 2:
				if len(b) > 0 {
					b = append(b[:i], b[i+1:]...)
				}
			case 3:
				b = b[:i]
			}
		}
		return string(b)
	}
	enc.Encode(map[string]string{"made_by": "Go 1.26: encoding/json, encoding/base64, time, strconv, net/url; k8s.io/apimachinery v0.36.2, sigs.k8s.io/yaml v1.6.0, github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822"})
	jsons := []string{`{"apiVersion":"v1","kind":"Pod","n":[1,-0.5e+3,true,false,null,{"a":{}}],"s":"x\u00e9\n\"'"}`, `[1,2]`, `null`, `"x"`, `{"kind":["a"]}`, `{"kind":null,"apiVersion":true}`, ` {"kind":1.5} `, `{"kind":{}}`, `true`, `-1`}
	for i := 0; i < 700; i++ {
		s := jsons[r.Intn(len(jsons))]
		if i >= len(jsons) {
			s = mutate(s, "{}[]\",:'\\ubtrfn0123456789.eE+- \t\x01\x7fx")
		} else {
			s = jsons[i]
		}
		v := struct {
			APIVersion string `json:"apiVersion,omitempty"`
			Kind       string `json:"kind,omitempty"`
		}{}
		put("json", s, msg(json.Unmarshal([]byte(s), &v)))
	}
	times := []string{"2026-11-21T02:46:32Z", "2024-02-29T23:59:59+01:00", "2026-11-21T02:46:32.123456Z", "2026-02-30T00:00:00Z"}
	for i := 0; i < 300; i++ {
		s := times[r.Intn(len(times))]
		if i >= len(times) {
			s = mutate(s, "0123456789-+:.,TZ x\"")
		}
		_, err := time.Parse(time.RFC3339, s)
		put("time", s, msg(err))
		_, err = time.Parse("2006-01-02T15:04:05.000000Z07:00", s)
		put("microtime", s, msg(err))
	}
	b64 := []string{"aGVsbG8=", "aGk=", "aGVs", "YQ==", "aGVs\nbG8="}
	for i := 0; i < 300; i++ {
		s := b64[r.Intn(len(b64))]
		if i >= len(b64) {
			s = mutate(s, "aA0+/=!\n-")
		}
		_, err := base64.StdEncoding.DecodeString(s)
		put("base64", s, msg(err))
		_, err = base64.RawURLEncoding.DecodeString(s)
		put("base64url", s, msg(err))
	}
	for _, s := range []string{"", "1", "-1", "+1", "007", "x", "1x", " 1", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "1_0", "0x1", "-", "+", "é", "1\t"} {
		_, err := strconv.ParseInt(s, 10, 64)
		put("int", s, msg(err))
		_, err = strconv.ParseUint(s, 10, 64)
		put("uint", s, msg(err))
	}
	qs := []string{"a=1&b=2", "a=%41+b&c", "a;b=1&c=2", "=1&a&&=", "a=b=c", "%zz=1&a=%4"}
	for i := 0; i < 200; i++ {
		s := qs[r.Intn(len(qs))]
		if i >= len(qs) {
			s = mutate(s, "ab=&;%+41fz")
		}
		v, _ := url.ParseQuery(s)
		out, _ := json.Marshal(v)
		put("query", s, string(out))
	}
	quantities := []string{"1000m", "1024Mi", "0.5Gi", "1.5Gi", "1.1Ki", "12e2", "1E3", "-100m", "10E", "0.0001", "+2", "1Gi", "100k", "0", "1e-3", "7n"}
	for i := 0; i < 500; i++ {
		s := quantities[r.Intn(len(quantities))]
		if i < len(quantities) {
			s = quantities[i]
		} else {
			s = mutate(s, "0123456789.+-eEinumkKMGTP x")
		}
		q, err := resource.ParseQuantity(strings.TrimSpace(s))
		says := msg(err)
		if err == nil {
			out, _ := json.Marshal(q)
			says = string(out)
		}
		put("quantity", s, says)
	}
	accepts := []string{"application/json;as=Table;v=v1;g=meta.k8s.io,application/yaml;q=0.5", "*/*;q=0.1, text/html, a/*;q=0.9", "application/json ; q = 0.5,*", "a/b;q=1,a/*;q=1,*/*;q=1,c/d;q=0.2"}
	for i := 0; i < 400; i++ {
		s := accepts[r.Intn(len(accepts))]
		if i < len(accepts) {
			s = accepts[i]
		} else {
			s = mutate(s, "ab/*;,=q.019 ")
		}
		var says []string
		for _, a := range goautoneg.ParseAccept(s) {
			says = append(says, fmt.Sprintf("%s/%s %v", a.Type, a.SubType, float32(a.Q)))
		}
		put("accept", s, strings.Join(says, "\n"))
	}
	yamls := []string{"a: [1, 2.50, yes, 'no', ~, 0x1f, 1e3, \"x\\ty\"]\nb: {on: off, 1: 2, c: null}\n", "- a\n- |\n  b\n   c\n- >-\n  d\n  e\n", "&x a: *x\n", "k: &k {l: [m]}\nn: *k\no: 'p''q' # r\n", "---\na: b\n---\nc: d\n"}
	for i := 0; i < 500; i++ {
		s := yamls[r.Intn(len(yamls))]
		if i < len(yamls) {
			s = yamls[i]
		} else {
			s = mutate(s, ":-[]{},'\"&*#|> \n0123456789abyno.~")
		}
		out, err := yaml.YAMLToJSON([]byte(s))
		says := string(out)
		if err != nil {
			says = msg(err)
		}
		put("yaml", s, says)
	}
}
