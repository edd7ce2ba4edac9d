//! What must be done behind the scenes, and when: [`Plan`].
//!
//! Made of what a recording shows ([`Sightings`]): versions that no recorded request made are put into the server as they were, under their own numbers,
//! no later than the first answer that shows them. Numbers are the server's own sequence, so what is put in must come in the order of numbers.

use serde_json::Value;

use crate::{
    recording::Recording,
    sightings::{Sightings, Trouble},
    timeline::{State, Subject, Timeline, When},
};

/// One thing to do behind the scenes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cue {
    /// The number that it takes in the server's sequence.
    pub(crate) number: u64,
    pub(crate) when: When,
    pub(crate) action: Action,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    Put(Subject, Value),
    Remove(Subject),
    /// Nothing but the sequence moves on.
    Reach,
}

/// The play of a recording.
#[derive(Debug)]
pub(crate) struct Plan {
    /// In the order of numbers.
    pub(crate) cues: Vec<Cue>,
    /// What each exchange makes by itself, in the order of exchanges.
    pub(crate) made: Vec<(usize, u64, Subject, State)>,
    pub(crate) troubles: Vec<(usize, Trouble)>,
}

impl Plan {
    /// The play of a recording with a server in which these are from the beginning.
    pub(crate) fn of(recording: &Recording, initial: Vec<(Subject, Value)>) -> Self {
        let sightings = Sightings::of(recording).completed(initial);
        Self::schedule(&sightings.timeline, sightings.troubles)
    }

    /// Each cue at the latest moment that still is in order.
    fn schedule(timeline: &Timeline, troubles: Vec<(usize, Trouble)>) -> Self {
        let mut cues = Vec::new();
        let mut made = Vec::new();
        let mut barriers: Vec<(u64, When)> = timeline.marks.clone();
        for (subject, history) in &timeline.histories {
            for (number, version) in history {
                if let Some(maker) = version.maker {
                    barriers.push((*number, When::before(maker)));
                    made.push((maker, *number, subject.clone(), version.state.clone()));
                    continue;
                }
                let action = match &version.state {
                    State::Present(object) => Action::Put(subject.clone(), object.clone()),
                    State::Gone => Action::Remove(subject.clone()),
                };
                cues.push(Cue { number: *number, when: version.when, action });
            }
        }
        cues.extend(timeline.marks.iter().map(|(number, when)| Cue {
            number: *number,
            when: *when,
            action: Action::Reach,
        }));
        cues.sort_by_key(|cue| (cue.number, cue.action == Action::Reach));
        barriers.sort_unstable();
        let mut limit = None::<When>;
        let mut barriers = barriers.into_iter().rev().peekable();
        for cue in cues.iter_mut().rev() {
            while let Some((_, when)) = barriers.next_if(|(number, _)| *number > cue.number) {
                limit = Some(limit.map_or(when, |limit| limit.min(when)));
            }
            limit = Some(limit.map_or(cue.when, |limit| limit.min(cue.when)));
            cue.when = limit.unwrap_or(cue.when);
        }
        made.sort_by_key(|(maker, number, ..)| (*maker, *number));
        Self { cues, made, troubles }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The cues of a recording of these exchanges: path, status and content each.
    fn cues(exchanges: &[(&str, Value)]) -> Vec<(u64, usize, u64, String)> {
        let exchanges: Vec<Value> = exchanges
            .iter()
            .map(|(path, response)| {
                json!({"label": path, "request": {"method": "GET", "path": path}, "response": response})
            })
            .collect();
        let text = json!({"exchanges": exchanges}).to_string();
        let recording = Recording::parse("test".into(), text.as_bytes()).unwrap().unwrap();
        let cues = Plan::of(&recording, Vec::new()).cues.into_iter();
        let shown = cues.filter_map(|cue| {
            let what = match &cue.action {
                Action::Put(subject, object) => format!("put {} {}", subject.name, object["metadata"]["labels"]),
                Action::Remove(subject) => format!("remove {}", subject.name),
                Action::Reach => return None,
            };
            Some((cue.number, cue.when.exchange, cue.when.ms, what))
        });
        shown.collect()
    }

    fn object(name: &str, version: u64, label: &str) -> Value {
        let uid = format!("00000000-0000-4000-8000-00000000000{}", name.len());
        json!({"kind": "Pod", "apiVersion": "v1", "metadata":
            {"name": name, "uid": uid, "resourceVersion": version.to_string(), "labels": {"l": label}}})
    }

    fn list(version: u64, mut metadata: Value, items: &[Value]) -> Value {
        metadata["resourceVersion"] = version.to_string().into();
        json!({"status": 200, "body": {"kind": "PodList", "apiVersion": "v1", "metadata": metadata, "items": items}})
    }

    fn frame(at_ms: u64, kind: &str, object: &Value) -> Value {
        json!({"at_ms": at_ms, "frame": {"type": kind, "object": object}})
    }

    #[test]
    fn what_a_later_list_does_not_show_was_deleted_in_between() {
        let pods = "/api/v1/pods";
        let found = cues(&[
            (pods, list(12, json!({}), &[object("a", 10, "1"), object("bb", 12, "1")])),
            (pods, list(15, json!({}), &[object("bb", 12, "1"), object("ccc", 15, "1")])),
        ]);
        let wanted = [
            (10, 0, 0, r#"put a {"l":"1"}"#),
            (12, 0, 0, r#"put bb {"l":"1"}"#),
            (14, 1, 0, "remove a"),
            (15, 1, 0, r#"put ccc {"l":"1"}"#),
        ];
        assert_eq!(found, wanted.map(|(number, at, ms, what)| (number, at, ms, what.to_owned())));
    }

    #[test]
    fn a_deletion_under_a_selector_is_a_change_if_the_object_lives_on() {
        let frames = json!({"status": 200, "closed_at_ms": 2000, "frames": [
            frame(1000, "ADDED", &object("a", 21, "1")),
            frame(1100, "DELETED", &object("a", 22, "1")),
            frame(1200, "ADDED", &object("a", 24, "1")),
            frame(1300, "DELETED", &object("a", 25, "1")),
        ]});
        let found = cues(&[("/api/v1/pods?watch=1&resourceVersion=20&labelSelector=l%3D1", frames)]);
        let wanted = [
            (21, 0, 1000, r#"put a {"l":"1"}"#),
            (22, 0, 1100, r#"put a {"l":"spoilt"}"#),
            (24, 0, 1200, r#"put a {"l":"1"}"#),
            (25, 0, 1300, "remove a"),
        ];
        assert_eq!(found, wanted.map(|(number, at, ms, what)| (number, at, ms, what.to_owned())));
    }

    #[test]
    fn a_page_is_followed_by_as_many_as_it_says() {
        // {"v":"meta.k8s.io/v1","rv":12,"start":"/bb\u0000"}
        let token = "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MTIsInN0YXJ0IjoiL2JiXHUwMDAwIn0";
        let page = list(12, json!({"continue": token, "remainingItemCount": 2}), &[object("bb", 12, "1")]);
        let names: Vec<String> = cues(&[("/api/v1/pods?limit=1", page)]).into_iter().map(|cue| cue.3).collect();
        assert_eq!(names, ["put bb-filler-0001 null", "put bb-filler-0000 null", r#"put bb {"l":"1"}"#]);
    }

    #[test]
    fn numbers_force_their_order_on_time() {
        // What has the lower number was seen only later, and yet must come first.
        let pod = |name: &str| format!("/api/v1/namespaces/n/pods/{name}");
        let found = cues(&[
            (&pod("late"), json!({"status": 200, "body": object("late", 31, "1")})),
            (&pod("early"), json!({"status": 200, "body": object("early", 30, "1")})),
        ]);
        let order: Vec<(u64, usize)> = found.iter().map(|cue| (cue.0, cue.1)).collect();
        assert_eq!(order, [(30, 0), (31, 0)]);
    }
}
