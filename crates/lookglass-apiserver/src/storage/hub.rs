//! Who is told of the changes of a resource: [`Hub`].

use std::{collections::BTreeMap, sync::Arc};

use lookglass_object::LabelSet;

use super::{
    After, Limits,
    event::{Event, EventFacts},
    fields::Field,
    line::{Line, Queued},
    selection::{Facts, Hold, Selection},
};

/// The watchers of a resource, each where an event it may want finds it.
///
/// # Cost
///
/// An event is matched once against each watcher that shares something with it: the value of a field or label that the watcher's selector fixes,
/// else the namespace. Watchers whose selectors fix nothing are matched with each event. A watcher that matches costs a lock of its own and a
/// place in its line.
#[derive(Debug, Default)]
pub(super) struct Hub {
    fields: Vec<(Field, BTreeMap<Box<str>, Group>)>,
    labels: BTreeMap<Box<str>, BTreeMap<Box<str>, Group>>,
    namespaces: BTreeMap<Box<str>, Group>,
    others: Group,
    last: u64,
}

type Group = Vec<Member>;

/// A watcher that is told of events.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) number: u64,
    pub(super) selection: Arc<Selection>,
    pub(super) line: Arc<Line>,
    /// It is told of later versions only.
    pub(super) after: u64,
}

impl Hub {
    /// Adds a watcher, which is told of each later event it selects. The number is by what it is removed.
    pub(super) fn add(&mut self, selection: Arc<Selection>, line: Arc<Line>, after: u64) -> u64 {
        self.last += 1;
        let number = self.last;
        self.group(&selection.hold()).push(Member { number, selection, line, after });
        number
    }

    /// Removes a watcher, if it is there.
    pub(super) fn remove(&mut self, hold: &Hold, number: u64) {
        let group = self.group(hold);
        if let Some(at) = group.iter().position(|member| member.number == number) {
            group.swap_remove(at);
            group.shrink_to(group.len() * 4);
        }
        if group.is_empty() {
            self.forget(hold);
        }
    }

    /// Puts an event into the line of each watcher that selects it.
    pub(super) fn tell(&mut self, event: &Arc<Event>, limits: &Limits, done: &mut After) {
        if self.is_empty() {
            return;
        }
        let mut facts = event.facts();
        let mut cut = Vec::new();
        self.each(
            event,
            |group, facts| {
                for member in group.iter().filter(|member| member.after < event.version()) {
                    let Some(kind) = event.seen_by(&member.selection, facts) else { continue };
                    match member.line.push((event.clone(), kind), limits.queue.max(1)) {
                        Queued::Waits(reader) => done.wake.extend(reader),
                        Queued::Cut(ended) => {
                            done.ended.push(ended);
                            cut.push((member.selection.hold(), member.number));
                        }
                    }
                }
            },
            &mut facts,
        );
        for (hold, number) in cut {
            self.remove(&hold, number);
        }
    }

    /// Ends all watches.
    pub(super) fn end(&mut self, done: &mut After) {
        done.ended.extend(self.members().map(|member| member.line.end()));
        *self = Self { last: self.last, ..Self::default() };
    }

    /// All watchers.
    pub(super) fn members(&self) -> impl Iterator<Item = &Member> {
        let fields = self.fields.iter().flat_map(|(_, groups)| groups.values());
        let labels = self.labels.values().flat_map(|groups| groups.values());
        fields.chain(labels).chain(self.namespaces.values()).chain([&self.others]).flatten()
    }

    fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.labels.is_empty() && self.namespaces.is_empty() && self.others.is_empty()
    }

    /// Goes through the groups in which an event may find a watcher, through none twice.
    fn each<'e>(
        &self,
        event: &'e Event,
        mut visit: impl FnMut(&Group, &mut EventFacts<'e>),
        facts: &mut EventFacts<'e>,
    ) {
        for (field, groups) in &self.fields {
            let value = |facts: &mut Option<Facts<'_>>| facts.as_mut().and_then(|facts| groups.get(facts.value(field)));
            let (before, now) = (value(&mut facts.previous), value(&mut facts.now));
            let before = before.filter(|before| now.is_none_or(|now| !std::ptr::eq(*before, now)));
            for group in before.into_iter().chain(now) {
                visit(group, facts);
            }
        }
        if !self.labels.is_empty() {
            let group = |(key, value)| self.labels.get(key)?.get(value);
            let now = event.object.labels();
            for group in now.iter().filter_map(group) {
                visit(group, facts);
            }
            let before =
                event.previous.as_ref().map(|previous| previous.labels()).filter(|before| !before.is_same(now));
            let other = |(key, value): &(&str, &str)| now.get(key) != Some(*value);
            for group in before.into_iter().flat_map(LabelSet::iter).filter(other).filter_map(group) {
                visit(group, facts);
            }
        }
        let namespace = event.object.key().namespace().and_then(|namespace| self.namespaces.get(namespace));
        for group in namespace.into_iter().chain([&self.others]) {
            visit(group, facts);
        }
    }

    fn group(&mut self, hold: &Hold) -> &mut Group {
        match hold {
            Hold::Field(field, value) => {
                let at = self.fields.iter().position(|(known, _)| known == field).unwrap_or_else(|| {
                    self.fields.push((field.clone(), BTreeMap::new()));
                    self.fields.len() - 1
                });
                self.fields[at].1.entry(value.clone()).or_default()
            }
            Hold::Label(key, value) => self.labels.entry(key.clone()).or_default().entry(value.clone()).or_default(),
            Hold::Namespace(namespace) => self.namespaces.entry(namespace.clone()).or_default(),
            Hold::Nothing => &mut self.others,
        }
    }

    /// Gives the memory of an empty group back.
    fn forget(&mut self, hold: &Hold) {
        match hold {
            Hold::Field(field, value) => {
                self.fields.retain_mut(|(known, groups)| {
                    if known == field {
                        groups.remove(value);
                    }
                    !groups.is_empty()
                });
            }
            Hold::Label(key, value) => {
                let groups = self.labels.entry(key.clone()).or_default();
                groups.remove(value);
                if groups.is_empty() {
                    self.labels.remove(key);
                }
            }
            Hold::Namespace(namespace) => {
                self.namespaces.remove(namespace);
            }
            Hold::Nothing => {}
        }
    }
}
