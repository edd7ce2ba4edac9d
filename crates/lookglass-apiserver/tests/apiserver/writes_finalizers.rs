//! The end of objects, against a model that knows no more than what the documentation says.

use lookglass_protocol::params::{DeleteParams, Propagation};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::support::{Server, propagation};

const MAPS: &str = "/api/v1/namespaces/w2/configmaps";
const MAP: &str = "/api/v1/namespaces/w2/configmaps/m";

#[derive(Debug, Clone)]
enum Step {
    Create(Vec<&'static str>),
    SetFinalizers(Vec<&'static str>),
    Touch,
    Delete(Option<Propagation>),
}

/// What there is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Model {
    object: Option<(Vec<&'static str>, bool)>,
    touched: u32,
}

/// What is expected of a step: the code, and whether anything changed.
type Expected = (u16, u64);

impl Model {
    fn step(&mut self, step: &Step) -> Expected {
        match (step, self.object.clone()) {
            (Step::Create(_), Some(_)) => (409, 0),
            (Step::Create(finalizers), None) => {
                self.object = Some((finalizers.clone(), false));
                (201, 1)
            }
            (_, None) => (404, 0),
            (Step::Touch, Some(_)) => {
                self.touched += 1;
                (200, 1)
            }
            (Step::SetFinalizers(new), Some((old, deleting))) => {
                if deleting && new.iter().any(|finalizer| !old.contains(finalizer)) {
                    return (422, 0);
                }
                if deleting && new.is_empty() {
                    self.object = None;
                    return (200, 1);
                }
                self.object = Some((new.clone(), deleting));
                (200, u64::from(*new != old))
            }
            (Step::Delete(asked), Some((old, deleting))) => {
                let own = |finalizer: &&&str| matches!(**finalizer, "orphan" | "foregroundDeletion");
                let collection = match asked {
                    Some(Propagation::Orphan) => Some("orphan"),
                    Some(Propagation::Foreground) => Some("foregroundDeletion"),
                    Some(Propagation::Background) => None,
                    None => old.iter().find(own).copied(),
                };
                let mut new: Vec<&str> = old.iter().filter(|finalizer| !own(finalizer)).copied().collect();
                new.extend(collection);
                if new.is_empty() {
                    self.object = None;
                    return (200, 1);
                }
                let same = new.len() == old.len() && new.iter().all(|finalizer| old.contains(finalizer));
                self.object = Some((if same { old } else { new }, true));
                (200, u64::from(!same || !deleting))
            }
        }
    }
}

fn run(server: &Server, step: &Step, count: usize) -> u16 {
    match step {
        Step::Create(finalizers) => server.post(MAPS, json!({"metadata": {"name": "m", "finalizers": finalizers}})).0,
        Step::SetFinalizers(finalizers) => {
            server.json_patch(MAP, json!([{"op": "add", "path": "/metadata/finalizers", "value": finalizers}])).0
        }
        Step::Touch => server.merge(MAP, json!({"data": {"k": count.to_string()}})).0,
        Step::Delete(None) => server.delete_with(MAP, DeleteParams::default()).0,
        Step::Delete(Some(asked)) => server.delete_with(MAP, propagation(*asked)).0,
    }
}

fn finalizers() -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::subsequence(vec!["a.io/x", "b.io/y", "c.io/z"], 0..=3)
}

fn step() -> impl Strategy<Value = Step> {
    let policy = prop::sample::select(vec![
        None,
        None,
        Some(Propagation::Background),
        Some(Propagation::Foreground),
        Some(Propagation::Orphan),
    ]);
    prop_oneof![
        finalizers().prop_map(Step::Create),
        finalizers().prop_map(Step::SetFinalizers),
        Just(Step::Touch),
        policy.prop_map(Step::Delete),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn objects_end_as_the_model_does(steps in prop::collection::vec(step(), 1..25)) {
        let server = Server::start();
        let (start, mut model) = (server.version(), Model::default());
        for (count, step) in steps.iter().enumerate() {
            server.pass(1);
            let before = server.version();
            let code = run(&server, step, count);
            let (wanted, changes) = model.step(step);
            prop_assert_eq!((code, server.version() - before), (wanted, changes), "{:?} of {:?}", step, steps);
            let (code, found) = server.get(MAP);
            match &model.object {
                None => prop_assert_eq!(code, 404),
                Some((finalizers, deleting)) => {
                    let meta = &found["metadata"];
                    let wanted = if finalizers.is_empty() { Value::Null } else { json!(finalizers) };
                    prop_assert_eq!(&meta["finalizers"], &wanted);
                    prop_assert_eq!(meta["deletionTimestamp"].is_string(), *deleting);
                    prop_assert_eq!(meta["deletionGracePeriodSeconds"].clone(), if *deleting { json!(0) } else { Value::Null });
                }
            }
        }
        // What a watcher was told ends with what is there.
        let told: Vec<_> = server.frames(MAPS, start).into_iter().filter(|(_, object)| object["metadata"]["name"] == "m").collect();
        let there = told.last().filter(|(kind, _)| *kind != "DELETED").map(|(_, object)| object.clone());
        let (code, found) = server.get(MAP);
        prop_assert_eq!(there, (code == 200).then_some(found));
    }
}

#[test]
fn the_last_state_that_is_told_still_shows_the_finalizer() {
    let server = Server::start();
    server.post(MAPS, json!({"metadata": {"name": "m", "finalizers": ["a.io/x"]}}));
    server.delete(MAP);
    let before = server.version();
    let (code, answer) = server.merge(MAP, json!({"metadata": {"finalizers": null}}));
    assert_eq!((code, &answer["metadata"]["finalizers"]), (200, &Value::Null));
    assert_eq!(answer["metadata"]["resourceVersion"], json!(before.to_string()), "as it was sent");
    let frames = server.frames(MAPS, before);
    assert_eq!(frames.len(), 1);
    assert_eq!((frames[0].0, &frames[0].1["metadata"]["finalizers"]), ("DELETED", &json!(["a.io/x"])));
    assert_eq!(frames[0].1["metadata"]["resourceVersion"], json!((before + 1).to_string()));
}
