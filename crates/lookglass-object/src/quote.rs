//! Quoting as Go's `%q` does it, because Kubernetes' error texts carry it and clients compare those texts.

use std::fmt::{self, Write as _};

/// Shows the text as Go's `strconv.Quote` would: exact for ASCII. Beyond it, spaces, control, format and private characters are
/// escaped as in Go, so that a message cannot be disguised; characters that Unicode has not assigned are not, which Go does
/// by tables of its own.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a text to be shown, and nothing else")]
pub struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\u{7}' => f.write_str("\\a")?,
                '\u{8}' => f.write_str("\\b")?,
                '\u{c}' => f.write_str("\\f")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '\u{b}' => f.write_str("\\v")?,
                ' ' => f.write_char(' ')?,
                c if c.is_ascii_control() => write!(f, "\\x{:02x}", u32::from(c))?,
                c if c.is_control() || c.is_whitespace() || is_invisible(c) => match u32::from(c) {
                    c @ ..=0xffff => write!(f, "\\u{c:04x}")?,
                    c => write!(f, "\\U{c:08x}")?,
                },
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}

/// Format and private characters.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e007f}' | '\u{f0000}'..
    )
}

#[cfg(test)]
mod tests {
    use super::Quoted;

    #[test]
    fn quotes_as_go_does() {
        let quoted = |s| Quoted(s).to_string();
        assert_eq!(quoted("a/b/c"), r#""a/b/c""#);
        assert_eq!(quoted("say \"hi\" \\ there"), r#""say \"hi\" \\ there""#);
        assert_eq!(quoted("\u{7}\u{8}\u{c}\n\r\t\u{b}\0\u{7f}"), r#""\a\b\f\n\r\t\v\x00\x7f""#);
        assert_eq!(quoted("é\u{a0}\u{85}"), r#""é\u00a0\u0085""#);
        // Printed by Go's own %q.
        assert_eq!(
            quoted("\u{200b}\u{2003}\u{2028}\u{e0001}\u{301}\u{ad}\u{feff}\u{fffd}日本"),
            "\"\\u200b\\u2003\\u2028\\U000e0001\u{301}\\u00ad\\ufeff\u{fffd}日本\""
        );
    }
}
