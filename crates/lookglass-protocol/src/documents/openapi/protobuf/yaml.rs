//! Values as the YAML that Go's `yaml.v3` writes of them.

use std::fmt::Write as _;

use super::Tree;

/// The value as a document, with the line's end.
pub(super) fn text(tree: &Tree) -> String {
    let mut out = String::new();
    node(tree, 0, &mut out);
    out.push('\n');
    out
}

fn node(tree: &Tree, indent: usize, out: &mut String) {
    match tree {
        Tree::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Tree::Raw(json) => out.push_str(json),
        Tree::Text(text) => scalar(text, out),
        Tree::List(items) if items.is_empty() => out.push_str("[]"),
        Tree::Object(members) if members.is_empty() => out.push_str("{}"),
        Tree::List(items) => {
            for (at, item) in items.iter().enumerate() {
                line(at, indent, out);
                out.push_str("- ");
                node(item, indent + 2, out);
            }
        }
        Tree::Object(members) => {
            for (at, (name, value)) in members.iter().enumerate() {
                line(at, indent, out);
                scalar(name, out);
                out.push(':');
                let full = match value {
                    Tree::List(items) => !items.is_empty(),
                    Tree::Object(members) => !members.is_empty(),
                    _ => false,
                };
                if full {
                    // Steps of four, whatever the dash of a list has added.
                    let deeper = (indent + 4) / 4 * 4;
                    line(1, deeper, out);
                    node(value, deeper, out);
                } else {
                    out.push(' ');
                    node(value, indent, out);
                }
            }
        }
    }
}

/// A new line, but for the first entry, which stands where its parent left off.
fn line(at: usize, indent: usize, out: &mut String) {
    if at > 0 {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent));
    }
}

fn scalar(text: &str, out: &mut String) {
    if text.chars().any(char::is_control) || resolves(text) {
        return double(text, out);
    }
    let indicator = text.starts_with(|first| "#,[]{}&*!|>'\"%@`".contains(first))
        || ["---", "..."].iter().any(|mark| text.starts_with(mark))
        || matches!(text, "-" | "?")
        || ["- ", "? "].iter().any(|mark| text.starts_with(mark))
        || text.ends_with(':')
        || text.contains(": ")
        || text.contains(" #");
    if indicator || text.starts_with(' ') || text.ends_with(' ') {
        let _ = write!(out, "'{}'", text.replace('\'', "''"));
    } else {
        out.push_str(text);
    }
}

/// Whether it would be read as something else than text. Words and numbers are; whatever begins as a number is taken for one.
fn resolves(text: &str) -> bool {
    const WORDS: [&str; 17] = [
        "", "~", "null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE", ".nan", ".NaN", ".NAN",
        ".inf", ".Inf", ".INF",
    ];
    WORDS.contains(&text) || text == "<<" || text.parse::<f64>().is_ok_and(|_| !text.starts_with(char::is_alphabetic))
}

fn double(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            other if other.is_control() => {
                let _ = write!(out, "\\x{:02X}", u32::from(other));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
