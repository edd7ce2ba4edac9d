//! JSON text, one value after another.

use super::super::error::Error;
use super::super::text::{self, MAX_LEVELS, Refusal, Type};
use super::value::{Text, Token};

/// Where a JSON text is being read. Its objects and lists are levels of the walk.
pub(super) struct Json<'de> {
    text: &'de [u8],
    at: usize,
    /// How many levels are open.
    levels: usize,
}

/// An object or list that is being read.
pub(super) struct Container<'de> {
    pub(super) object: bool,
    /// How many elements or keys have been given out.
    pub(super) count: usize,
    /// The key whose value is being read.
    pub(super) key: Option<Text<'de>>,
    pub(super) inside: bool,
    ended: bool,
}

impl Container<'_> {
    pub(super) fn new(object: bool) -> Self {
        Self { object, count: 0, key: None, inside: false, ended: false }
    }
}

fn refused((what, at): Refusal) -> Error {
    Error::json(what, at)
}

impl<'de> Json<'de> {
    /// A reader of the end of `text` that begins at `at`; offsets count from its start.
    pub(super) fn new(text: &'de [u8], at: usize) -> Self {
        Self { text, at, levels: 0 }
    }

    pub(super) fn offset(&self) -> usize {
        self.at
    }

    /// The value that comes next; of an object or list, its beginning.
    pub(super) fn token(&mut self) -> Result<Token<'de>, Error> {
        self.at = text::skip_space(self.text, self.at);
        let start = self.at;
        match self.text.get(start) {
            Some(b'"') => Ok(Token::Text(self.string()?)),
            Some(byte @ (b'{' | b'[')) => {
                if self.levels >= MAX_LEVELS {
                    return Err(Error::json(text::TOO_DEEP, start));
                }
                self.levels += 1;
                self.at += 1;
                Ok(if *byte == b'{' { Token::Map } else { Token::List })
            }
            None => Err(Error::json("the text ends too early", start)),
            Some(_) => {
                let (kind, end) = text::word_or_number(self.text, start).map_err(refused)?;
                self.at = end;
                match kind {
                    Type::Null => Ok(Token::Null),
                    Type::True => Ok(Token::Bool(true)),
                    Type::False => Ok(Token::Bool(false)),
                    _ => number(&self.text[start..end]).ok_or_else(|| Error::json("number out of range", start)),
                }
            }
        }
    }

    /// The string that begins here.
    fn string(&mut self) -> Result<Text<'de>, Error> {
        let start = self.at + 1;
        let (end, escaped) = text::string_end(self.text, self.at).map_err(refused)?;
        self.at = end + 1;
        let raw = &self.text[start..end];
        if !escaped {
            return Ok(super::value::text(raw));
        }
        let plain = text::string_of(raw, true);
        Ok(Text::Owned(super::value::text(&plain).into_owned()))
    }

    /// The next key of an object.
    pub(super) fn key(&mut self, container: &mut Container<'de>) -> Result<Option<Text<'de>>, Error> {
        if !self.another(container)? {
            return Ok(None);
        }
        if self.text.get(self.at) != Some(&b'"') {
            return Err(Error::json("an object's key must be a string", self.at));
        }
        let key = self.string()?;
        self.at = text::skip_space(self.text, self.at);
        if self.text.get(self.at) != Some(&b':') {
            return Err(Error::json("a colon must follow an object's key", self.at));
        }
        self.at += 1;
        container.inside = true;
        container.key = Some(key.clone());
        Ok(Some(key))
    }

    /// Steps to the next key or element, if there is one.
    pub(super) fn another(&mut self, container: &mut Container<'de>) -> Result<bool, Error> {
        container.inside = false;
        if container.ended {
            return Ok(false);
        }
        self.at = text::skip_space(self.text, self.at);
        let close = if container.object { b'}' } else { b']' };
        match self.text.get(self.at) {
            Some(byte) if *byte == close => {
                self.at += 1;
                self.levels -= 1;
                container.ended = true;
                return Ok(false);
            }
            Some(b',') if container.count > 0 => self.at = text::skip_space(self.text, self.at + 1),
            Some(_) if container.count == 0 => {}
            Some(_) => return Err(Error::json("a comma or the end must follow a value", self.at)),
            None => return Err(Error::json("the text ends too early", self.at)),
        }
        container.count += 1;
        container.inside = true;
        Ok(true)
    }

    /// Makes sure that a container was read to its end.
    pub(super) fn leave(&mut self, mut container: Container<'de>) -> Result<(), Error> {
        if self.another(&mut container)? {
            return Err(Error::json("more elements than the type has", self.at));
        }
        Ok(())
    }

    /// Whether `null` comes next; it is stepped over then.
    pub(super) fn is_null(&mut self) -> Result<bool, Error> {
        self.at = text::skip_space(self.text, self.at);
        let null = self.text.get(self.at) == Some(&b'n');
        if null {
            self.at = text::word_or_number(self.text, self.at).map_err(refused)?.1;
        }
        Ok(null)
    }

    /// Steps over a value, which is checked.
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        self.at = text::scan(self.text, self.at, &mut ()).map_err(refused)?.0;
        Ok(())
    }

    /// Makes sure that nothing follows.
    pub(super) fn end(&self) -> Result<(), Error> {
        text::end(self.text, self.at).map_err(refused)
    }
}

/// A number as `serde_json` would have it.
fn number<'de>(text: &[u8]) -> Option<Token<'de>> {
    let text = std::str::from_utf8(text).ok()?;
    if text.len() < 20 && text != "-0" && !text.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E')) {
        let value: i64 = text.parse().ok()?;
        return Some(u64::try_from(value).map_or(Token::Int(value), Token::Unsigned));
    }
    if let Ok(value) = text.parse() {
        return Some(Token::Unsigned(value));
    }
    text.parse().ok().filter(|value: &f64| value.is_finite()).map(Token::Double)
}
