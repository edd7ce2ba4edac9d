//! Reads the compact traits that `cargo xtask traits` writes.
//!
//! A line each, cells between tabs, the first one a letter:
//!
//! * `d`: a description, with `\n` and `\\`; columns name it by its index.
//! * `r`: group, version, plural, kind, singular, scope (`N` or `C`), verbs, flags, list kind, group and version in storage. The lines below
//!   belong to it.
//! * `n`, `c`, `f`: short names, categories, field selectors.
//! * `s`: a subresource: name, group, version and kind, verbs.
//! * `t`: a column: name, type, format, priority, index of its description.
//!
//! Verbs are one letter each, see [`verbs`]. Flags: `u` unconditional update, `c` create on update, `o` delete answers with the object.

use std::{borrow::Cow, sync::Arc};

use lookglass_object::{GroupVersion, Gvk, Gvr, table::Table};

use crate::{Column, Resource, Scope, Subresource, Text, Verb, Verbs};

/// Reads all; `None` when it is not the form above.
pub(super) fn resources(text: &'static str) -> Option<Vec<Arc<Resource>>> {
    let mut descriptions: Vec<&'static str> = Vec::new();
    let mut resources: Vec<Resource> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (letter, rest) = line.split_once('\t')?;
        let mut cells = Cells(rest);
        if letter == "d" {
            descriptions.push(unescape(rest));
            continue;
        }
        if letter == "r" {
            resources.push(resource(&mut cells)?);
            continue;
        }
        let current = resources.last_mut()?;
        match letter {
            "n" => current.short_names = cells.rest(),
            "c" => current.categories = cells.rest(),
            "f" => current.field_selectors = cells.rest(),
            "s" => current.subresources.push(subresource(&mut cells)?),
            "t" => current.columns.push(column(&mut cells, &descriptions)?),
            _ => return None,
        }
    }
    Some(resources.into_iter().map(Arc::new).collect())
}

/// The cells of a line, from left to right.
struct Cells(&'static str);

impl Cells {
    fn next(&mut self) -> Option<&'static str> {
        let (cell, rest) = self.0.split_once('\t').unwrap_or((self.0, ""));
        self.0 = rest;
        Some(cell)
    }

    fn rest(&self) -> Vec<Text> {
        self.0.split('\t').map(Cow::Borrowed).collect()
    }
}

fn resource(cells: &mut Cells) -> Option<Resource> {
    let (group, version, plural) = (cells.next()?, cells.next()?, cells.next()?);
    let (kind, singular) = (cells.next()?, cells.next()?);
    let scope = if cells.next()? == "N" { Scope::Namespaced } else { Scope::Cluster };
    let verbs = verbs(cells.next()?)?;
    let flags = cells.next()?;
    let list_kind = cells.next()?;
    let stored_as = Some(cells.next()?).filter(|stored| !stored.is_empty());
    let stored_as = stored_as.map(|stored| {
        let (group, version) = stored.split_once('/').unwrap_or(("", stored));
        GroupVersion::new(group, version)
    });
    Some(Resource {
        gvr: Gvr::new(group, version, plural),
        kind: Gvk::new(group, version, kind),
        list_kind: list_kind.into(),
        singular: singular.into(),
        scope,
        verbs,
        short_names: Vec::new(),
        categories: Vec::new(),
        subresources: Vec::new(),
        field_selectors: Vec::new(),
        columns: Vec::new(),
        unconditional_update: flags.contains('u'),
        create_on_update: flags.contains('c'),
        delete_returns_object: flags.contains('o'),
        stored_as,
        entry: Table::builtin().kind(group, version, kind),
    })
}

fn subresource(cells: &mut Cells) -> Option<Subresource> {
    let name = cells.next()?.into();
    let kind = Gvk::new(cells.next()?, cells.next()?, cells.next()?);
    Some(Subresource { name, kind, verbs: verbs(cells.next()?)? })
}

fn column(cells: &mut Cells, descriptions: &[&'static str]) -> Option<Column> {
    Some(Column {
        name: cells.next()?.into(),
        kind: cells.next()?.into(),
        format: cells.next()?.into(),
        priority: cells.next()?.parse().ok()?,
        description: Cow::Borrowed(descriptions.get(cells.next()?.parse::<usize>().ok()?)?),
    })
}

fn verbs(letters: &str) -> Option<Verbs> {
    let verb = |letter| {
        Some(match letter {
            'c' => Verb::Create,
            'd' => Verb::Delete,
            'x' => Verb::DeleteCollection,
            'g' => Verb::Get,
            'l' => Verb::List,
            'p' => Verb::Patch,
            'u' => Verb::Update,
            'w' => Verb::Watch,
            _ => return None,
        })
    };
    letters.chars().map(verb).collect()
}

/// Few descriptions hold escapes; theirs are leaked once per process, as the catalog itself.
fn unescape(text: &'static str) -> &'static str {
    if !text.contains('\\') {
        return text;
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        let escaped = (char == '\\').then(|| chars.next()).flatten();
        plain.push(match escaped {
            Some('n') => '\n',
            Some(other) => other,
            None => char,
        });
    }
    plain.leak()
}
