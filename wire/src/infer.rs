//! What must have happened for a recording to show what it shows: fills the gaps of a [`Timeline`](crate::timeline::Timeline).

use serde_json::{Value, json};

use crate::{
    sightings::{Deleted, Needed, Sightings},
    timeline::{State, Subject, Version, When, uid_of},
};

/// How far the sequence is where a recording shows no numbers.
const NO_NUMBERS: u64 = 1_000;

/// Where what only exists to be elsewhere is put.
const ELSEWHERE: &str = "lookglass-elsewhere";

impl Sightings {
    /// With everything that must have happened, in a server that had these from the beginning.
    pub(crate) fn completed(mut self, initial: Vec<(Subject, Value)>) -> Self {
        self.begin_with(initial);
        for deleted in std::mem::take(&mut self.deleted) {
            self.end(&deleted);
        }
        self.part_namesakes();
        self.fill_pages();
        let mut needed = std::mem::take(&mut self.needed);
        share_versions(&mut needed);
        // Whoever has a number of its own takes it before others look for one.
        let (numbered, others): (Vec<_>, Vec<_>) = needed.into_iter().partition(|needed| needed.version.is_some());
        for needed in numbered.into_iter().chain(others) {
            self.provide(needed);
        }
        for (subject, exchange, sent) in std::mem::take(&mut self.outdated) {
            self.outdate(&subject, exchange, sent);
        }
        self.part_namesakes();
        self.end_what_lists_miss();
        self.end_what_was_not_found();
        self.nudge();
        self
    }

    /// What a server has from the beginning, the recorded one had in its own way, if it shows it at all.
    fn begin_with(&mut self, initial: Vec<(Subject, Value)>) {
        for (subject, object) in initial {
            if !self.timeline.histories.contains_key(&subject)
                && let Some(number) = self.timeline.free_above(1, u64::MAX)
            {
                let (state, when) = (State::Present(object), When::before(0));
                self.timeline.add(subject, number, Version { state, when, maker: None, partial: false });
                self.initial = self.initial.max(number);
            }
        }
    }

    /// The recorded request that removed an object between its version and some exchange.
    fn remover(&self, subject: &Subject, number: u64, until: usize) -> Option<usize> {
        let born = self.timeline.at(subject, number).map_or(0, |(_, version)| version.when.exchange);
        let found = self.removed.iter().filter(|(removed, at)| removed == subject && *at >= born && *at <= until);
        found.map(|(_, at)| *at).next()
    }

    /// A `DELETED` frame: the object's end, or, where it is seen again later, a change by which it ceased to match.
    fn end(&mut self, deleted: &Deleted) {
        let Deleted { subject, number, when, last, selection } = deleted;
        let later = self.timeline.histories.get(subject).into_iter().flat_map(|history| history.range(number + 1..));
        let lives_on = later.clone().any(|(_, version)| match &version.state {
            State::Present(object) => uid_of(object) == uid_of(last),
            State::Gone => false,
        });
        let spoilt = if lives_on && !selection.is_everything() { selection.spoil(subject, last) } else { None };
        let (state, maker) = match spoilt {
            Some(spoilt) => (State::Present(spoilt), None),
            None => (State::Gone, self.remover(subject, number.saturating_sub(1), when.exchange)),
        };
        let known = self.timeline.histories.get(subject).and_then(|history| history.get(number));
        // Another watch may have seen the change as it was.
        if known.is_none() || state == State::Gone {
            self.replace(subject, *number, Version { state, when: *when, maker, partial: false });
        }
    }

    fn replace(&mut self, subject: &Subject, number: u64, version: Version) {
        if let Some(history) = self.timeline.histories.get_mut(subject) {
            history.remove(&number);
        }
        self.timeline.add(subject.clone(), number, version);
    }

    /// Two objects of one name and different uids, one after the other: the first was deleted in between.
    fn part_namesakes(&mut self) {
        let mut ends = Vec::new();
        for (subject, history) in &self.timeline.histories {
            let mut before: Option<(u64, &Version)> = None;
            for (number, version) in history {
                if let (Some((old, Version { state: State::Present(a), .. })), State::Present(b)) =
                    (before, &version.state)
                    && uid_of(a).is_some()
                    && uid_of(b).is_some()
                    && uid_of(a) != uid_of(b)
                {
                    ends.push((subject.clone(), old, *number, version.when));
                }
                before = Some((*number, version));
            }
        }
        for (subject, old, new, when) in ends {
            let maker = self.remover(&subject, old, when.exchange);
            if let Some(number) = self.ending(old, new - 1, maker) {
                let when = When::before(when.exchange);
                self.timeline.add(subject, number, Version { state: State::Gone, when, maker, partial: false });
            }
        }
    }

    /// A page that says how many items follow, which no other page shows: some are made up.
    fn fill_pages(&mut self) {
        for at in 0..self.listed.len() {
            let listed = &self.listed[at];
            let Some(end) = &listed.to else { continue };
            let wanted = if listed.selection.is_everything() { listed.remaining.unwrap_or(1) } else { 0 };
            let follows =
                |subject: &&Subject| listed.selection.looks_at(subject) && listed.selection.sort_key(subject) >= *end;
            let known = self.timeline.histories.keys().filter(follows);
            let known = known.filter(|subject| self.timeline.present(subject, listed.version).is_some()).count();
            // Behind everything that is known, so that no other page that was recorded would show them.
            let looked_at = self.timeline.histories.keys().filter(|subject| listed.selection.looks_at(subject));
            let Some(model) = looked_at.max_by_key(|subject| listed.selection.sort_key(subject)).cloned() else {
                continue;
            };
            let (exchange, version) = (listed.exchange, listed.version);
            for filler in known as u64..wanted {
                let Some(number) = self.timeline.free_below(version + 1) else { break };
                let subject = Subject { name: format!("{}-filler-{filler:04}", model.name), ..model.clone() };
                let object = minimal(&subject, filler);
                let when = When::before(exchange);
                let state = State::Present(object);
                self.timeline.add(subject, number, Version { state, when, maker: None, partial: false });
            }
        }
    }

    /// An object that must have been there.
    fn provide(&mut self, needed: Needed) {
        let Needed { subject, exchange, when, hint, version, below } = needed;
        let uid = uid_of(&hint).map(str::to_owned);
        let same = |object: &Value| uid.is_none() || uid_of(object).is_none() || uid_of(object) == uid.as_deref();
        let history = self.timeline.histories.get(&subject);
        let during = when.ms > 0;
        let was_there = history.into_iter().flatten().any(|(number, known)| {
            let earlier = known.maker.map_or(known.when, When::before) <= when && known.maker != Some(exchange);
            // A frame's change was made to whatever has a lower number, be it of the same watch.
            let lower = match below {
                Some(below) if !during => *number < below || version == Some(*number),
                _ => true,
            };
            earlier && lower && matches!(&known.state, State::Present(object) if same(object))
        });
        if was_there {
            return;
        }
        let own = history.into_iter().flatten().find(|(_, known)| known.maker == Some(exchange)).map(|(at, _)| *at);
        let later = history.into_iter().flatten().find_map(|(at, known)| match &known.state {
            State::Present(object) if known.maker != Some(exchange) && same(object) => Some((*at, object)),
            _ => None,
        });
        let later = later.map(|(at, object)| (at, object.clone()));
        // Below every number that was first met from here on, and with room for what was removed meanwhile under a number that was not recorded.
        let room = |until: usize| self.removed.iter().filter(|(_, at)| (exchange..until).contains(at)).count() as u64;
        let below_of = |number: u64, seen: usize| {
            (seen >= exchange && number > self.initial + 1)
                .then(|| number.saturating_sub(room(seen)).max(self.initial + 2))
        };
        let marks = self.timeline.marks.iter().filter_map(|(number, when)| below_of(*number + 1, when.exchange));
        let made =
            self.timeline.histories.iter().flat_map(|(known, history)| history.iter().map(move |it| (known, it)));
        let made = made
            .filter(|(known, _)| **known != subject)
            .filter_map(|(_, (number, version))| below_of(*number, version.maker.unwrap_or(version.when.exchange)));
        let limits: Vec<u64> = marks.chain(made).collect();
        // A version that is seen later may have been there already, where nothing tells that it changed in between.
        if hint.as_object().is_some_and(|hint| hint.keys().all(|name| name == "metadata"))
            && let Some((number, _)) = &later
            && self.timeline.marks.iter().all(|(mark, when)| when.exchange < exchange || number <= mark)
            && let Some(known) = self.timeline.histories.get_mut(&subject).and_then(|history| history.get_mut(number))
        {
            known.when = known.when.min(when);
            return;
        }
        let limits = limits.into_iter().chain([below, own, later.as_ref().map(|(at, _)| *at)].into_iter().flatten());
        let nothing_yet = if self.timeline.last() == 0 { NO_NUMBERS } else { self.timeline.last() };
        let limit = limits.min().unwrap_or(nothing_yet + 1);
        let object = match (later, hint.get("kind")) {
            (Some((_, mut later)), None) => {
                merge(&mut later, &hint);
                later
            }
            _ => hint,
        };
        let number = version.filter(|version| own.is_none_or(|own| *version < own));
        if let Some(number) =
            number.or_else(|| self.timeline.free_below(limit)).or_else(|| self.timeline.free_above(1, u64::MAX))
        {
            let object = complete(&subject, object, number);
            let state = State::Present(object);
            let when = When::before(exchange);
            self.timeline.add(subject, number, Version { state, when, maker: None, partial: false });
        }
    }

    /// A write of an object that was refused because it had been modified: it had been, be it that a later version is known or not.
    fn outdate(&mut self, subject: &Subject, exchange: usize, sent: u64) {
        // No later than this exchange the sequence can have reached what a later one shows it at.
        let marks = self.timeline.marks.iter().filter(|(_, when)| when.exchange >= exchange).map(|(mark, _)| *mark);
        let last = marks.min().unwrap_or(u64::MAX);
        let history =
            self.timeline.histories.get_mut(subject).into_iter().flat_map(|history| history.range_mut(sent + 1..));
        let next = history.into_iter().next();
        let (limit, content) = match next {
            Some((number, known)) if known.maker.is_none() && *number <= last => {
                known.when = known.when.min(When::before(exchange));
                return;
            }
            Some((number, known)) => (last.min(number - 1), Some(known.state.clone())),
            None => (last, None),
        };
        let content = match content {
            Some(State::Present(object)) => Some(object),
            _ => self.timeline.present(subject, sent).map(|(_, object)| object.clone()),
        };
        if let (Some(mut object), Some(number)) = (content, self.timeline.free_above(sent, limit)) {
            merge(&mut object, &json!({"metadata": {"annotations": {"lookglass.example/modified": "true"}}}));
            let (state, when) = (State::Present(object), When::before(exchange));
            self.timeline.add(subject.clone(), number, Version { state, when, maker: None, partial: false });
        }
    }

    /// What was there at one version and is not in a list of a later one has been deleted in between.
    fn end_what_lists_miss(&mut self) {
        for at in 0..self.listed.len() {
            let listed = &self.listed[at];
            let candidates = self.timeline.histories.keys().filter(|subject| listed.covers(subject));
            let gone: Vec<(Subject, u64)> = candidates
                .filter(|subject| !listed.names.contains(subject))
                .filter_map(|subject| {
                    let (number, object) = self.timeline.present(subject, listed.version)?;
                    listed.selection.takes(subject, object).then(|| (subject.clone(), number))
                })
                .collect();
            let (version, exchange) = (listed.version, listed.exchange);
            for (subject, number) in gone {
                let seen = self.listed.iter().filter(|other| other.version < version && other.names.contains(&subject));
                let alive = seen.map(|other| other.version).fold(number, u64::max);
                self.finish(subject, alive, version, exchange);
            }
        }
    }

    /// The number of a deletion. Of a recorded request the next one; else one as late as can be, for who watched meanwhile was not told of it.
    fn ending(&self, alive: u64, by: u64, maker: Option<usize>) -> Option<u64> {
        match maker {
            Some(_) => self.timeline.free_above(alive, by),
            None => self.timeline.free_below(by.saturating_add(1)).filter(|number| *number > alive),
        }
    }

    fn finish(&mut self, subject: Subject, alive: u64, by: u64, exchange: usize) {
        let maker = self.remover(&subject, alive, exchange);
        let alive = maker.map_or(alive, |maker| alive.max(self.timeline.reached(maker)));
        if let Some(number) = self.ending(alive, by, maker) {
            let when = When::before(exchange);
            self.timeline.add(subject, number, Version { state: State::Gone, when, maker, partial: false });
        }
    }

    /// What a request did not find had been deleted.
    fn end_what_was_not_found(&mut self) {
        for (subject, exchange) in std::mem::take(&mut self.missing) {
            let mut earlier = self.timeline.histories.get(&subject).into_iter().flatten();
            let last = earlier.rfind(|(_, known)| known.when <= When::before(exchange));
            let Some((number, Version { state: State::Present(_), .. })) = last else { continue };
            let number = *number;
            let removed = self.remover(&subject, number, exchange).is_some();
            if !removed {
                let next = self.timeline.histories[&subject].range(number + 1..).next().map(|(at, _)| at - 1);
                let marks = self.timeline.marks.iter().filter(|(_, when)| when.exchange >= exchange);
                let reached = marks.map(|(mark, _)| *mark).min().unwrap_or(self.timeline.last() + 1);
                self.finish(subject, number, next.unwrap_or(reached), exchange);
            }
        }
    }

    /// A bookmark of a version in which nothing that is watched changed: something of the resource did, elsewhere.
    fn nudge(&mut self) {
        for (gvr, number, when) in std::mem::take(&mut self.nudged) {
            let namespace = Some(ELSEWHERE.to_owned());
            let known = self
                .timeline
                .histories
                .iter()
                .any(|(subject, history)| subject.gvr == gvr && history.contains_key(&number));
            if !known {
                let subject = Subject { gvr, namespace, name: format!("nudge-{number}") };
                let object = minimal(&subject, number);
                let state = State::Present(object);
                self.timeline.add(subject, number, Version { state, when, maker: None, partial: false });
            }
        }
    }
}

/// A refusal may say which version an object had that an earlier exchange needs too.
fn share_versions(needed: &mut [Needed]) {
    for at in 0..needed.len() {
        let told = needed[at..].iter().filter(|other| other.subject == needed[at].subject);
        let told = told.clone().find(|other| other.version.is_some() && other.below.is_none());
        let found = told.map(|other| (other.version, other.hint.clone()));
        if let Some((version, hint)) = found.filter(|_| needed[at].version.is_none() && needed[at].below.is_none()) {
            needed[at].version = version;
            merge(&mut needed[at].hint, &hint);
        }
    }
}

/// What is known better replaces what is known; a null takes away.
fn merge(object: &mut Value, better: &Value) {
    let (Some(members), Some(better)) = (object.as_object_mut(), better.as_object()) else { return };
    for (name, value) in better {
        match value {
            Value::Null => {
                members.remove(name);
            }
            Value::Object(_) => merge(members.entry(name.clone()).or_insert_with(|| json!({})), value),
            _ => {
                members.insert(name.clone(), value.clone());
            }
        }
    }
}

/// An object that has nothing but an identity.
fn minimal(subject: &Subject, serial: u64) -> Value {
    let uid = format!("00000000-0000-4000-8000-{serial:012x}");
    let mut metadata = json!({"name": subject.name, "uid": uid, "creationTimestamp": "2026-01-01T00:00:00Z"});
    if let Some(namespace) = &subject.namespace {
        metadata["namespace"] = namespace.as_str().into();
    }
    json!({"metadata": metadata})
}

/// A guess with everything that a stored object has.
fn complete(subject: &Subject, mut object: Value, number: u64) -> Value {
    let least = minimal(subject, number);
    if !object.is_object() {
        return least;
    }
    let Some(metadata) = object.as_object_mut().map(|members| members.entry("metadata").or_insert_with(|| json!({})))
    else {
        return least;
    };
    if let (Some(members), Some(defaults)) = (metadata.as_object_mut(), least["metadata"].as_object()) {
        for (name, value) in defaults {
            members.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    object
}
