//! The state of a resource at one version: [`View`].

use std::{
    collections::{BTreeMap, btree_map},
    iter::Peekable,
    ops::{Bound, Range},
    sync::Arc,
};

use lookglass_protocol::{Page, Stored, params::Continue};

use super::{
    event::Event,
    objects::{Objects, Place},
    selection::{Facts, Selection},
};

/// All objects of a resource as they were at a version; what it is made of is taken under the resource's lock.
#[derive(Debug)]
pub(super) struct View {
    objects: Objects,
    /// What was otherwise than in `objects`: the state of each key that changed since, if it had one.
    undone: BTreeMap<Box<str>, Option<Stored>>,
    version: u64,
}

impl View {
    /// The newest state, which is that of `version`.
    pub(super) fn newest(objects: Objects, version: u64) -> Self {
        Self { objects, undone: BTreeMap::new(), version }
    }

    /// An earlier state: `objects` without what happened after `version`, which is `later`.
    pub(super) fn earlier(objects: Objects, later: &[Arc<Event>], version: u64) -> Self {
        let mut undone = BTreeMap::new();
        for event in later.iter().rev() {
            undone.insert(event.object.key().as_str().into(), event.previous.clone());
        }
        Self { objects, undone, version }
    }

    /// The objects that match, from `start` on, and where the next page begins.
    ///
    /// As on a real server there is a next page if anything follows, be it that nothing of it matches; and how much follows is told only
    /// where everything matches.
    pub(super) fn page(&self, span: &Span, start: &str, selection: &Selection, limit: Option<usize>) -> Page {
        let mut rows = self.rows(span, start);
        let mut page = Page::whole(Vec::new(), self.version);
        while let Some(object) = rows.next() {
            if selection.matches(&mut Facts::of(object)) {
                page.items.push(object.clone());
            }
            if limit == Some(page.items.len()) {
                let last = object.key().as_str().strip_prefix(&*span.prefix).unwrap_or_default();
                let follow = rows.count();
                if follow > 0 {
                    page.next = Some(Continue::new(Some(self.version), format!("{last}\0")));
                    page.remaining = selection.is_whole().then_some(follow);
                }
                break;
            }
        }
        page
    }

    fn rows(&self, span: &Span, start: &str) -> Rows<'_> {
        let start = format!("{}{start}", span.prefix);
        let end = span.end.as_deref();
        let places = self.objects.place(&start)..end.map_or(self.objects.end(), |end| self.objects.place(end));
        let undone =
            self.undone.range::<str, _>((Bound::Included(&*start), end.map_or(Bound::Unbounded, Bound::Excluded)));
        Rows { objects: &self.objects, places, undone: undone.peekable() }
    }
}

/// The keys of a namespace, or all.
#[derive(Debug, Clone)]
pub(super) struct Span {
    /// What each key begins with.
    pub(super) prefix: Box<str>,
    /// What is behind the last one.
    pub(super) end: Option<Box<str>>,
}

impl Span {
    pub(super) fn of(namespace: Option<&str>) -> Self {
        match namespace {
            // The character behind the slash.
            Some(namespace) => {
                Self { prefix: format!("{namespace}/").into(), end: Some(format!("{namespace}0").into()) }
            }
            None => Self { prefix: "".into(), end: None },
        }
    }

    /// Where it lies among objects.
    pub(super) fn places(&self, objects: &Objects) -> Range<Place> {
        objects.place(&self.prefix)..self.end.as_deref().map_or(objects.end(), |end| objects.place(end))
    }
}

/// The objects of a view between two keys, in order.
struct Rows<'v> {
    objects: &'v Objects,
    places: Range<Place>,
    undone: Peekable<btree_map::Range<'v, Box<str>, Option<Stored>>>,
}

impl<'v> Iterator for Rows<'v> {
    type Item = &'v Stored;

    fn next(&mut self) -> Option<&'v Stored> {
        loop {
            let object = if self.places.is_empty() { None } else { self.objects.at(self.places.start) };
            let step = |places: &mut Range<Place>| places.start = self.objects.after(places.start);
            let Some((key, was)) = self.undone.peek().copied() else {
                step(&mut self.places);
                return object;
            };
            match object.map(|object| object.key().as_str().cmp(key)) {
                Some(std::cmp::Ordering::Less) => {
                    step(&mut self.places);
                    return object;
                }
                Some(std::cmp::Ordering::Equal) => step(&mut self.places),
                Some(std::cmp::Ordering::Greater) | None => {}
            }
            self.undone.next();
            if was.is_some() {
                return was.as_ref();
            }
        }
    }

    fn count(mut self) -> usize {
        if self.undone.peek().is_none() { self.objects.count(self.places) } else { self.by_ref().fold(0, |n, _| n + 1) }
    }
}
