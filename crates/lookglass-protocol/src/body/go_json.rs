//! JSON as Go's `encoding/json` judges it: the same texts are refused, in the same words.

use std::borrow::Cow;

use lookglass_object::Quoted;

/// How deep Go nests.
const GO_DEPTH: usize = 10_000;

/// How deep everything behind this module nests. What lies deeper is emptied on the way in, which tells nothing from nothing: a built-in
/// kind has no field there but such as hold any JSON, and whoever keeps one of those is refused.
pub(crate) const MAX_DEPTH: usize = 120;

/// A text that is JSON.
#[derive(Debug)]
pub(crate) struct Checked<'a> {
    /// The text, not deeper than [`MAX_DEPTH`].
    pub(crate) text: Cow<'a, str>,
    /// Whether something deeper was emptied.
    pub(crate) shortened: bool,
}

/// What must come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    AfterKey,
    AfterMember,
    AfterElement,
    End,
}

/// Checks a text, in one pass and without recursion. The error is Go's.
pub(crate) fn check(data: &[u8]) -> Result<Checked<'_>, String> {
    let mut scanner = Scanner { data, at: 0 };
    let deepest = scanner.document()?;
    // Bytes that are not UTF-8 can only stand in strings by now; each becomes a replacement character, as in Go.
    let text = String::from_utf8_lossy(data);
    if deepest <= MAX_DEPTH {
        return Ok(Checked { text, shortened: false });
    }
    Ok(Checked { text: shortened(&text).into(), shortened: true })
}

struct Scanner<'a> {
    data: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    /// The depth of the deepest value.
    fn document(&mut self) -> Result<usize, String> {
        let mut open: Vec<u8> = Vec::new();
        let mut deepest = 0;
        let mut expect = Expect::Value;
        loop {
            while matches!(self.data.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
                self.at += 1;
            }
            let Some(&byte) = self.data.get(self.at) else {
                return if expect == Expect::End { Ok(deepest) } else { Err(ends_early()) };
            };
            self.at += 1;
            expect = match (expect, byte) {
                (Expect::KeyOrEnd | Expect::AfterMember, b'}') | (Expect::ValueOrEnd | Expect::AfterElement, b']') => {
                    open.pop();
                    after_value(&open)
                }
                (Expect::Key | Expect::KeyOrEnd, b'"') => {
                    self.string()?;
                    Expect::AfterKey
                }
                (Expect::AfterKey, b':') => Expect::Value,
                (Expect::AfterMember, b',') => Expect::Key,
                (Expect::AfterElement, b',') => Expect::Value,
                (Expect::Value | Expect::ValueOrEnd, b'{' | b'[') => {
                    open.push(byte);
                    deepest = deepest.max(open.len());
                    if open.len() > GO_DEPTH {
                        return Err("exceeded max depth".into());
                    }
                    if byte == b'{' { Expect::KeyOrEnd } else { Expect::ValueOrEnd }
                }
                (Expect::Value | Expect::ValueOrEnd, _) => {
                    self.scalar(byte)?;
                    after_value(&open)
                }
                (Expect::Key | Expect::KeyOrEnd, _) => {
                    return Err(unexpected(byte, "looking for beginning of object key string"));
                }
                (Expect::AfterKey, _) => return Err(unexpected(byte, "after object key")),
                (Expect::AfterMember, _) => return Err(unexpected(byte, "after object key:value pair")),
                (Expect::AfterElement, _) => return Err(unexpected(byte, "after array element")),
                (Expect::End, _) => return Err(unexpected(byte, "after top-level value")),
            };
        }
    }

    /// The rest of a scalar whose first byte has been read.
    fn scalar(&mut self, first: u8) -> Result<(), String> {
        match first {
            b'"' => self.string(),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            b'-' => match self.next() {
                b'0' => self.fraction(),
                b'1'..=b'9' => self.whole(),
                byte => Err(unexpected(byte, "in numeric literal")),
            },
            b'0' => self.fraction(),
            b'1'..=b'9' => self.whole(),
            byte => Err(unexpected(byte, "looking for beginning of value")),
        }
    }

    fn string(&mut self) -> Result<(), String> {
        loop {
            match *self.data.get(self.at).ok_or_else(ends_early)? {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => match self.escape() {
                    b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"' => {}
                    b'u' => {
                        for _ in 0..4 {
                            let byte = self.next();
                            if !byte.is_ascii_hexdigit() {
                                return Err(unexpected(byte, "in \\u hexadecimal character escape"));
                            }
                        }
                    }
                    byte => return Err(unexpected(byte, "in string escape code")),
                },
                byte @ 0..b' ' => return Err(unexpected(byte, "in string literal")),
                _ => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> u8 {
        self.at += 1;
        self.next()
    }

    fn word(&mut self, word: &str) -> Result<(), String> {
        for wanted in word.bytes().skip(1) {
            let byte = self.next();
            if byte != wanted {
                let context = format!("in literal {word} (expecting '{}')", char::from(wanted));
                return Err(unexpected(byte, &context));
            }
        }
        Ok(())
    }

    fn whole(&mut self) -> Result<(), String> {
        self.digits();
        self.fraction()
    }

    fn fraction(&mut self) -> Result<(), String> {
        if self.data.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digit("after decimal point in numeric literal")?;
            self.digits();
        }
        if matches!(self.data.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.data.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digit("in exponent of numeric literal")?;
            self.digits();
        }
        Ok(())
    }

    fn digit(&mut self, context: &str) -> Result<(), String> {
        let byte = self.next();
        if byte.is_ascii_digit() { Ok(()) } else { Err(unexpected(byte, context)) }
    }

    fn digits(&mut self) {
        while self.data.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
    }

    /// The next byte of a scalar; behind the end a space, as Go feeds its scanner one to see whether that ends the value.
    fn next(&mut self) -> u8 {
        let byte = self.data.get(self.at).copied().unwrap_or(b' ');
        self.at += 1;
        byte
    }
}

fn after_value(open: &[u8]) -> Expect {
    match open.last() {
        None => Expect::End,
        Some(b'{') => Expect::AfterMember,
        Some(_) => Expect::AfterElement,
    }
}

fn ends_early() -> String {
    "unexpected end of JSON input".into()
}

fn unexpected(byte: u8, context: &str) -> String {
    let shown = match byte {
        b'\'' => "\\'".to_owned(),
        b'"' => "\"".to_owned(),
        byte => {
            let quoted = Quoted(char::from(byte).encode_utf8(&mut [0; 4])).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        }
    };
    format!("invalid character '{shown}' {context}")
}

/// The same text with nothing in the containers at [`MAX_DEPTH`].
fn shortened(text: &str) -> String {
    let mut short = String::with_capacity(text.len());
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for c in text.chars() {
        let kept = depth < MAX_DEPTH;
        if in_string {
            in_string = escaped || c != '"';
            escaped = c == '\\' && !escaped;
        } else {
            match c {
                '"' => in_string = true,
                '{' | '[' => depth += 1,
                '}' | ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        if kept || depth < MAX_DEPTH {
            short.push(c);
        }
    }
    short
}

/// How deep a text nests that is known to be JSON.
pub(crate) fn depth(text: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for &byte in text {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = byte == b'\\' && !escaped;
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// A text as Go's `encoding/json` writes it, with quotes.
#[must_use]
pub fn go_text(text: &str) -> String {
    let plain = serde_json::Value::from(text).to_string();
    if !plain.contains(['<', '>', '&', '\u{2028}', '\u{2029}']) {
        return plain;
    }
    let mut safe = String::with_capacity(plain.len() + 16);
    for c in plain.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => safe.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => safe.push(c),
        }
    }
    safe
}
