//! Small structs read out of JSON as Go reads them, with its complaints.

use lookglass_object::json::{JsonError, Reader, Sort};

use super::go_json::Checked;

/// A struct of Go's, as far as its complaints name it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GoStruct {
    /// Its name behind a field's, empty for one without.
    pub(crate) name: &'static str,
    /// Its type where it is the whole text.
    pub(crate) whole: &'static str,
}

impl GoStruct {
    /// Hands each member of an object to `member`, with the reader at its value, which need not be read. `null` has none.
    pub(crate) fn members(
        self,
        checked: &Checked<'_>,
        mut member: impl FnMut(&str, Reader<'_>) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut reader = Reader::new(&checked.text);
        match reader.peek().map_err(broken)? {
            Sort::Object => {}
            Sort::Null => return Ok(()),
            sort => return Err(format!("json: cannot unmarshal {} into Go value of type {}", word(sort), self.whole)),
        }
        // Go goes on behind a value of the wrong type, and tells of the first.
        let mut first = Ok(());
        reader.object().map_err(broken)?;
        while let Some(name) = reader.member().map_err(broken)? {
            let name = name.decode().unwrap_or(name.raw().into());
            first = first.and(member(&name, reader));
            reader.step_over().map_err(broken)?;
        }
        first
    }

    /// A string; `None` for `null`.
    pub(crate) fn string(self, field: &str, mut reader: Reader<'_>) -> Result<Option<String>, String> {
        match reader.peek().map_err(broken)? {
            Sort::Null => Ok(None),
            Sort::String => {
                let text = reader.string().map_err(broken)?;
                Ok(Some(text.decode().unwrap_or(text.raw().into()).into_owned()))
            }
            sort => Err(self.wrong(word(sort), field, "string")),
        }
    }

    /// A whole number of 64 bits; `None` for `null`.
    pub(crate) fn int(self, field: &str, mut reader: Reader<'_>) -> Result<Option<i64>, String> {
        match reader.peek().map_err(broken)? {
            Sort::Null => Ok(None),
            Sort::Number => {
                let range = reader.skip().map_err(broken)?;
                let digits = reader.text(range);
                digits.parse().map(Some).map_err(|_| self.wrong(&format!("number {digits}"), field, "int64"))
            }
            sort => Err(self.wrong(word(sort), field, "int64")),
        }
    }

    fn wrong(self, found: &str, field: &str, wanted: &str) -> String {
        format!("json: cannot unmarshal {found} into Go struct field {}.{field} of type {wanted}", self.name)
    }
}

fn word(sort: Sort) -> &'static str {
    match sort {
        Sort::Null => "null",
        Sort::Bool => "bool",
        Sort::Number => "number",
        Sort::String => "string",
        Sort::Array => "array",
        Sort::Object => "object",
    }
}

/// Not met: the text was checked, and by a stricter judge.
fn broken(error: JsonError) -> String {
    error.to_string()
}
