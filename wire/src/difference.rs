//! What differs between two JSON values: [`Comparison`], which finds the first [`Difference`].

use serde_json::Value;

use crate::aliases::Aliases;

/// By how many seconds an age in a Table may differ.
const AGE_TOLERANCE: i64 = 3;

/// The recorder kept so many members of an object in a cut body, and did not say how many it left out.
const MOST_MEMBERS: usize = 400;

/// The first thing that is not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where: `status`, `header Content-Type`, `body /metadata/name`, `frame 3 /object`.
    pub place: String,
    /// What the real server said there.
    pub recorded: String,
    /// What ours says there.
    pub ours: String,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: recorded {}, ours {}", self.place, short(&self.recorded), short(&self.ours))
    }
}

/// A text short enough for one line.
fn short(text: &str) -> String {
    const LONG: usize = 300;
    let text = if text.is_empty() { "nothing" } else { text };
    match text.char_indices().nth(LONG) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}

impl Difference {
    pub(crate) fn new(place: impl Into<String>, recorded: impl Into<String>, ours: impl Into<String>) -> Self {
        Self { place: place.into(), recorded: recorded.into(), ours: ours.into() }
    }
}

/// Compares values of the recording with ours, in which known aliases have been translated.
#[derive(Debug)]
pub(crate) struct Comparison<'a> {
    pub(crate) aliases: &'a mut Aliases,
    /// Whether the ends of long lists were left out: the last element says `...3 more`.
    pub(crate) cut: bool,
}

impl Comparison<'_> {
    /// The first difference, if there is one.
    pub(crate) fn json(&mut self, place: &str, recorded: &Value, ours: &Value) -> Result<(), Difference> {
        match (recorded, ours) {
            (Value::Object(members), Value::Object(our_members)) => {
                for (name, member) in members {
                    let Some(our_member) = our_members.get(name) else {
                        return Err(Difference::new(format!("{place}/{name}"), member.to_string(), ""));
                    };
                    self.json(&format!("{place}/{name}"), member, our_member)?;
                }
                let may_be_more = self.cut && members.len() == MOST_MEMBERS;
                match our_members.iter().find(|(name, _)| !may_be_more && !members.contains_key(*name)) {
                    Some((name, extra)) => Err(Difference::new(format!("{place}/{name}"), "", extra.to_string())),
                    None => Ok(()),
                }
            }
            (Value::Array(items), Value::Array(our_items)) => self.items(place, items, our_items),
            (Value::String(text), Value::String(our_text)) => {
                let same = self.aliases.same(text, our_text) || (place.contains("/cells/") && same_age(text, our_text));
                if same { Ok(()) } else { Err(Difference::new(place, recorded.to_string(), ours.to_string())) }
            }
            _ if recorded == ours => Ok(()),
            _ => Err(Difference::new(place, recorded.to_string(), ours.to_string())),
        }
    }

    fn items(&mut self, place: &str, items: &[Value], our_items: &[Value]) -> Result<(), Difference> {
        let hidden = if self.cut { items.last().and_then(hidden) } else { None };
        let shown = if hidden.is_some() { &items[..items.len() - 1] } else { items };
        for (at, item) in shown.iter().enumerate() {
            let Some(our_item) = our_items.get(at) else {
                return Err(Difference::new(format!("{place}/{at}"), item.to_string(), ""));
            };
            self.json(&format!("{place}/{at}"), item, our_item)?;
        }
        let count = shown.len() + hidden.unwrap_or_default();
        if our_items.len() == count {
            return Ok(());
        }
        let extra = our_items.get(shown.len()).filter(|_| hidden.is_none());
        Err(match extra {
            Some(extra) => Difference::new(format!("{place}/{}", shown.len()), "", extra.to_string()),
            None => Difference::new(place, format!("{count} items"), format!("{} items", our_items.len())),
        })
    }
}

/// How many items a `...3 more` stands for.
fn hidden(item: &Value) -> Option<usize> {
    item.as_str()?.strip_prefix("...")?.strip_suffix(" more")?.parse().ok()
}

/// Whether two ages, as Tables show them (`3m6s`, `115m`, `2d4h`), are nearly the same: within seconds, or within one of the smallest unit
/// shown.
fn same_age(recorded: &str, ours: &str) -> bool {
    let (Some((a, unit)), Some((b, _))) = (age(recorded), age(ours)) else { return false };
    (a - b).abs() <= AGE_TOLERANCE.max(unit)
}

/// An age in seconds, and the smallest unit it shows; 0 for seconds.
fn age(text: &str) -> Option<(i64, i64)> {
    let mut total = 0;
    let mut digits = String::new();
    let mut smallest = None;
    for character in text.chars() {
        let unit = match character {
            '0'..='9' => {
                digits.push(character);
                continue;
            }
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'y' => 31_536_000,
            _ => return None,
        };
        total += digits.parse::<i64>().ok()?.checked_mul(unit)?;
        digits.clear();
        smallest = Some(unit);
    }
    let smallest = smallest.filter(|_| digits.is_empty())?;
    Some((total, if smallest == 1 { 0 } else { smallest }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn difference(cut: bool, recorded: &Value, ours: &Value) -> Option<String> {
        let mut aliases = Aliases::default();
        Comparison { aliases: &mut aliases, cut }.json("", recorded, ours).err().map(|found| found.place)
    }

    #[test]
    fn the_first_difference_is_named() {
        let recorded = json!({"a": {"b": [1, {"c": "x"}]}});
        assert_eq!(difference(false, &recorded, &recorded), None);
        assert_eq!(difference(false, &recorded, &json!({"a": {"b": [1, {"c": "y"}]}})).unwrap(), "/a/b/1/c");
        assert_eq!(difference(false, &recorded, &json!({"a": {"b": [1]}})).unwrap(), "/a/b/1");
        assert_eq!(difference(false, &recorded, &json!({"a": {"b": [1, {"c": "x", "d": 1}]}})).unwrap(), "/a/b/1/d");
        assert_eq!(difference(false, &recorded, &json!({"a": {"b": [1, {"c": "x"}, 2]}})).unwrap(), "/a/b/2");
    }

    #[test]
    fn a_version_a_number_and_a_null_are_not_forgiven() {
        assert!(difference(false, &json!({"resourceVersion": "5"}), &json!({"resourceVersion": "6"})).is_some());
        assert!(difference(false, &json!(1), &json!(1.0)).is_some());
        assert!(difference(false, &json!({"a": null}), &json!({})).is_some());
    }

    #[test]
    fn a_cut_list_counts_what_was_left_out() {
        let recorded = json!(["a", "b", "...2 more"]);
        assert_eq!(difference(true, &recorded, &json!(["a", "b", "c", "d"])), None);
        assert!(difference(true, &recorded, &json!(["a", "b", "c"])).is_some());
        assert!(difference(true, &recorded, &json!(["a", "x", "c", "d"])).is_some());
        assert!(difference(false, &recorded, &json!(["a", "b", "c", "d"])).is_some());
    }

    #[test]
    fn ages_differ_by_seconds_only_in_cells() {
        let row = |age: &str| json!({"cells": [age]});
        assert_eq!(difference(false, &row("3m6s"), &row("3m8s")), None);
        assert_eq!(difference(false, &row("115m"), &row("116m")), None);
        assert!(difference(false, &row("3m6s"), &row("3m26s")).is_some());
        assert!(difference(false, &row("<unknown>"), &row("3s")).is_some());
        assert!(difference(false, &json!({"data": "3s"}), &json!({"data": "4s"})).is_some());
    }
}
