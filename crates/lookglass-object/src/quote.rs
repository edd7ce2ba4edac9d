//! Quoting as Go's `%q` does it, because Kubernetes' error texts carry it and clients compare those texts.

use std::fmt::{self, Write as _};

/// Shows the text as Go's `strconv.Quote` would: exact for ASCII; beyond ASCII only spaces and control characters are
/// escaped, where Go also escapes what its own Unicode tables call unprintable.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

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
                c if c.is_control() || c.is_whitespace() => write!(f, "\\u{:04x}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
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
    }
}
