use super::*;

fn stem_of(key: &str) -> String {
    let key: Key = key.parse().expect("a key");
    let (namespace, stem) = stem(&key);
    format!("{}/{stem}", namespace.unwrap_or("*"))
}

#[test]
fn kin_are_what_one_controller_made() {
    for (key, stem) in [
        ("default/web-7d4b9-x8k2z", "default/web-7d4b9"),
        ("default/db-0", "default/db"),
        ("default/web-7d4b9-x8k2z.17f3a2b4c5d6e7f8", "default/web-7d4b9"),
        ("kube-system/kube-root-ca.crt", "kube-system/kube-root"),
        ("default/kubernetes", "*/kubernetes"),
        ("other/kubernetes", "*/kubernetes"),
        ("default/-", "default/"),
        ("node-0017.eu-central-1.compute.internal", "*/node"),
        ("ip-10-0-3-7.ec2.internal", "*/ip"),
        ("pvc-0f3b5e9a-6d0f-4f39-9d8f-2f3c1f6f7a10", "*/pvc"),
        ("system:controller:job-controller", "*/system:controller:job-controller"),
        ("prod:default/db-0", "default/db"),
        ("7", "*/7"),
    ] {
        assert_eq!(stem_of(key), stem, "{key}");
    }
}

fn name(kin: &Kin, index: usize) -> Name {
    kin.name(&Key::new("default", &format!("web{index}-0")))
}

fn whole() -> Arc<Whole> {
    Whole::new(1, Box::from([0]), None, &Arc::default())
}

fn first(kin: &Kin, name: Name) -> Option<Arc<Whole>> {
    if let Guess::Like(first) = kin.guess(name) { Some(first) } else { None }
}

/// Those that go are told by their owners; these here have none.
fn done_with(whole: Arc<Whole>) {
    drop(super::super::Owned(whole));
}

#[test]
fn what_has_gone_is_not_packed_against() {
    let kin = Kin::default();
    let (one, alike) = (name(&kin, 1), whole());
    assert!(first(&kin, one).is_none());
    kin.follow(one, &alike);
    assert!(first(&kin, one).is_some_and(|found| Arc::ptr_eq(&found, &alike)));
    done_with(alike);
    assert!(first(&kin, one).is_none());
}

#[test]
fn only_the_first_is_the_first() {
    let kin = Kin::default();
    assert!(kin.meet(name(&kin, 1)));
    assert!(!kin.meet(name(&kin, 1)));
    assert!(kin.meet(name(&kin, 2)));
    kin.forget();
    assert!(kin.meet(name(&kin, 1)));
}

#[test]
fn where_kin_are_never_alike_it_is_tried_now_and_then() {
    let kin = Kin::default();
    let (one, alike) = (name(&kin, 1), whole());
    kin.follow(one, &alike);
    let mut tried = 0;
    for _ in 0..1000 {
        if first(&kin, one).is_some() {
            tried += 1;
            kin.missed(one);
        }
    }
    assert!((60..=70).contains(&tried), "{tried}");
    kin.matched(one);
    assert!((0..10).all(|_| first(&kin, one).is_some()));
    done_with(alike);
}

#[test]
fn those_that_met_no_second_are_forgotten_and_the_others_are_not() {
    let kin = Kin::default();
    let firsts: Vec<_> = (0..20 * FEW).map(|_| whole()).collect();
    for (index, first) in firsts.iter().enumerate() {
        kin.follow(name(&kin, index), first);
        // Every tenth has kin.
        if index % 10 == 0 {
            kin.matched(name(&kin, index));
        }
    }
    assert!((0..firsts.len()).step_by(10).all(|index| first(&kin, name(&kin, index)).is_some()));
    assert!(kin.firsts().len() <= 2 * FEW + firsts.len() / 10);
    for first in firsts {
        done_with(first);
    }
    // What has gone goes too.
    let last = whole();
    for index in 0..20 * FEW {
        kin.follow(name(&kin, index + 1_000_000), &last);
    }
    assert!(kin.table.lock().entries.len() <= 2 * FEW);
    done_with(last);
}
