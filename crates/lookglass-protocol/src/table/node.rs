//! A place in an object's JSON, or where one would be: [`Node`].

use std::borrow::Cow;

use jiff::Timestamp;
use lookglass_object::json::{Reader, Sort};

/// A value of a JSON text, or nothing. Whatever is asked of a value of another form is answered as if nothing were there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'a>(Option<Reader<'a>>);

impl<'a> Node<'a> {
    /// The whole text.
    pub(super) fn new(json: &'a [u8]) -> Self {
        Self(Reader::from_bytes(json).ok())
    }

    /// The members of these names, found in one pass.
    pub(super) fn members<const N: usize>(self, names: [&str; N]) -> [Self; N] {
        let mut found = [Self(None); N];
        for (name, value) in self.raw_entries() {
            if let Some(at) = names.iter().position(|known| name.is(known)) {
                found[at] = value;
            }
        }
        found
    }

    /// The member of this name.
    pub(super) fn member(self, name: &str) -> Self {
        let [member] = self.members([name]);
        member
    }

    /// The value at the end of a path of names.
    pub(super) fn at<const N: usize>(self, path: [&str; N]) -> Self {
        path.into_iter().fold(self, |node, name| node.member(name))
    }

    fn raw_entries(self) -> impl Iterator<Item = (lookglass_object::json::Text<'a>, Self)> {
        let mut reader = self.0.filter(|reader| reader.clone().object().is_ok());
        if let Some(reader) = &mut reader {
            let _ = reader.object();
        }
        std::iter::from_fn(move || {
            let inside = reader.as_mut()?;
            let name = inside.member().ok()??;
            let value = Self(Some(*inside));
            inside.step_over().ok()?;
            Some((name, value))
        })
    }

    /// The members of an object, in their order.
    pub(super) fn entries(self) -> impl Iterator<Item = (Cow<'a, str>, Self)> {
        self.raw_entries().filter_map(|(name, value)| Some((name.decode().ok()?, value)))
    }

    /// The elements of a list.
    pub(super) fn items(self) -> impl Iterator<Item = Self> {
        let mut reader = self.0.and_then(|mut reader| reader.array().is_ok().then_some(reader));
        std::iter::from_fn(move || {
            let inside = reader.as_mut()?;
            inside.element().ok()?.then_some(())?;
            let value = Self(Some(*inside));
            inside.step_over().ok()?;
            Some(value)
        })
    }

    fn sort(self) -> Option<Sort> {
        self.0.and_then(|mut reader| reader.peek().ok())
    }

    /// Whether something is there that is not `null`.
    pub(super) fn is_set(self) -> bool {
        self.sort().is_some_and(|sort| sort != Sort::Null)
    }

    /// What is there as written, without the quotes of a string: a text, a number.
    pub(super) fn text(self) -> Cow<'a, str> {
        let read = |mut reader: Reader<'a>| match reader.peek().ok()? {
            Sort::String => reader.string().ok()?.decode().ok(),
            Sort::Number | Sort::Bool => {
                let range = reader.skip().ok()?;
                Some(Cow::Borrowed(reader.text(range)))
            }
            _ => None,
        };
        self.0.and_then(read).unwrap_or_default()
    }

    /// The text, if there is one that is not empty.
    pub(super) fn filled(self) -> Option<Cow<'a, str>> {
        Some(self.text()).filter(|text| !text.is_empty())
    }

    /// Whether it is this text.
    pub(super) fn is(self, text: &str) -> bool {
        self.text() == text
    }

    /// The number; 0 if there is none.
    pub(super) fn integer(self) -> i64 {
        self.text().parse().unwrap_or(0)
    }

    pub(super) fn is_true(self) -> bool {
        self.sort() == Some(Sort::Bool) && self.is("true")
    }

    /// The moment, if there is one.
    pub(super) fn time(self) -> Option<Timestamp> {
        self.filled()?.parse().ok()
    }

    /// How many members or elements it has.
    pub(super) fn count(self) -> i64 {
        let count = match self.sort() {
            Some(Sort::Array) => self.items().count(),
            _ => self.raw_entries().count(),
        };
        i64::try_from(count).unwrap_or(i64::MAX)
    }
}
