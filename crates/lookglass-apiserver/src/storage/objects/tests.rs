//! Against a plain map, with copies taken in between.

use std::collections::BTreeMap;

use lookglass_object::LabelSet;
use lookglass_protocol::ChangeKind;
use proptest::prelude::*;

use super::*;

fn object(key: u16, version: u64) -> Stored {
    let key = Key::new("ns", &format!("{key:05}"));
    Stored::new(key, version, LabelSet::default(), ChangeKind::Added, b"{}", None)
}

fn name(key: u16) -> String {
    format!("ns/{key:05}")
}

#[derive(Clone, Debug)]
enum Step {
    Insert(u16),
    /// Many in order, so that leaves fill and split.
    Run(u16, u16),
    Remove(u16),
    RemoveRun(u16, u16),
    Copy,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let key = 0..600_u16;
    let step = prop_oneof![
        6 => key.clone().prop_map(Step::Insert),
        1 => (key.clone(), 1..200_u16).prop_map(|(first, count)| Step::Run(first, count)),
        4 => key.clone().prop_map(Step::Remove),
        1 => (key, 1..200_u16).prop_map(|(first, count)| Step::RemoveRun(first, count)),
        1 => Just(Step::Copy),
    ];
    prop::collection::vec(step, 1..60)
}

type Map = BTreeMap<String, u64>;

fn check(objects: &Objects, map: &Map) {
    let all: Vec<_> = objects.iter().map(|object| (object.key().to_string(), object.version())).collect();
    let expected: Vec<_> = map.clone().into_iter().collect();
    assert_eq!(all, expected);
    assert_eq!(objects.len(), map.len());
    for leaf in &*objects.leaves {
        assert!((1..=LEAF).contains(&leaf.objects.len()));
        assert_eq!(leaf.first, *leaf.objects[0].key());
    }
    for probe in [0, 1, 63, 64, 65, 299, 300, 599, 600] {
        let start = objects.place(&name(probe));
        let from: Vec<_> = map.range(name(probe)..).collect();
        assert_eq!(objects.count(start..objects.end()), from.len());
        assert_eq!(objects.at(start).map(|object| object.version()), from.first().map(|(_, version)| **version));
        assert_eq!(objects.get(&name(probe)).map(Stored::version), map.get(&name(probe)).copied());
        let end = objects.place(&name(probe + 70));
        assert_eq!(objects.count(start..end), map.range(name(probe)..name(probe + 70)).count());
    }
    let (mut place, mut walked) = (objects.place(""), 0);
    while place < objects.end() {
        assert!(objects.at(place).is_some());
        place = objects.after(place);
        walked += 1;
    }
    assert_eq!(walked, map.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_is_a_sorted_map_whose_copies_do_not_change(steps in steps()) {
        let (mut objects, mut map, mut copies) = (Objects::default(), Map::new(), Vec::new());
        let mut version = 0;
        for step in steps {
            match step {
                Step::Insert(key) | Step::Run(key, 0) => {
                    version += 1;
                    let was = objects.insert(object(key, version)).map(|object| object.version());
                    prop_assert_eq!(was, map.insert(name(key), version));
                }
                Step::Run(first, count) => for key in first..first + count {
                    version += 1;
                    objects.insert(object(key, version));
                    map.insert(name(key), version);
                },
                Step::Remove(key) => {
                    let was = objects.remove(&name(key)).map(|object| object.version());
                    prop_assert_eq!(was, map.remove(&name(key)));
                }
                Step::RemoveRun(first, count) => for key in first..first + count {
                    objects.remove(&name(key));
                    map.remove(&name(key));
                },
                Step::Copy => copies.push((objects.clone(), map.clone())),
            }
            check(&objects, &map);
        }
        for (objects, map) in &copies {
            check(objects, map);
        }
    }
}
