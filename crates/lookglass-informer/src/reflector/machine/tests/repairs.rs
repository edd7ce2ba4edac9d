//! What cannot be read, and what the receiver refuses.

use std::time::Duration;

use super::play::Play;
use crate::reflector::ReflectorOptions;

fn paged() -> ReflectorOptions {
    ReflectorOptions::default().streaming(false)
}

#[test]
fn an_event_that_cannot_be_read_stops_nothing_and_is_repaired_by_a_list() {
    let mut play = Play::watching(ReflectorOptions::default());
    play.run(&[("+a6", "read +a6"), ("unreadable", "read unreadable:Repair"), ("~a8", "read ~a8")]);
    assert_eq!(play.machine.health().counters.unreadable, 1);
    play.run(&[("9.9s", "read"), ("10.1s", "stream >=8"), ("open", "read"), ("+a8", "read"), ("+b7", "read")]);
    play.run(&[("**8", "read =8[a8 b7]"), ("60s", "read")]);
    assert_eq!(play.machine.health().unreadable, 0);
}

#[test]
fn what_cannot_be_read_is_not_declared_gone_and_all_that_is_gone_is() {
    let mut play = Play::new(paged());
    play.run(&[("", "list any 500"), ("item a3", "read"), ("item b4", "read"), ("listed 5", "watch 5 =5[a3 b4]")]);
    play.run(&[
        ("!410", "rest expired:List"),
        ("rested", "list >=5 all"),
        ("unreadable c", "read unreadable:Repair"),
        ("item a6", "read"),
        ("unreadable b", "read unreadable:Repair"),
        ("unreadable b", "read unreadable:Repair"),
        ("listed 8", "watch 8 =8[a6 ?b ?c]"),
        ("open", "read"),
    ]);
    assert_eq!((play.machine.health().unreadable, play.machine.health().counters.unreadable), (2, 3));
    // It is repaired all the same; and one of which it is not known which it is may be any of them.
    until_list(&mut play);
    play.run(&[
        ("unreadable b", "read unreadable:Repair"),
        ("unreadable", "read unreadable:Repair"),
        ("item a6", "read"),
        ("listed 8", "watch 8 ~a6 *8"),
        ("open", "read"),
    ]);
    assert_eq!(play.machine.health().unreadable, 2);
    until_list(&mut play);
    play.run(&[("item a6", "read"), ("item b7", "read"), ("listed 9", "watch 9 =9[a6 b7]"), ("open", "read")]);
    assert_eq!(play.machine.health().unreadable, 0);
    play.run(&[("50000s", "probe >=9 silent:Probe")]);
}

#[test]
fn what_can_be_read_later_in_a_streaming_list_is_not_lacking() {
    let begun = [("", "stream"), ("open", "read"), ("+a3", "read"), ("unreadable b", "read unreadable:Repair")];
    for (then, wanted, unreadable) in [
        (&["+c3"][..], "=9[a3 c3 ?b]", 1),
        (&["~b6"], "=9[a3 b6]", 0),
        (&["+b6"], "=9[a3 b6]", 0),
        (&["-b6"], "=9[a3]", 0),
        (&["-a6", "+b7", "unreadable b", "~b8"], "=9[b8]", 0),
        // What it was told before stands until it is repaired.
        (&["~b6", "unreadable b"], "=9[a3 b6]", 1),
        (&["unreadable a"], "=9[a3 ?b]", 2),
        (&["-a6", "unreadable a"], "=9[?a ?b]", 2),
    ] {
        let mut play = Play::new(ReflectorOptions::default());
        play.run(&begun);
        for told in then {
            play.tell(told);
        }
        assert_eq!(play.tell("**9"), format!("read {wanted}"), "{then:?}");
        assert_eq!(play.machine.health().unreadable, unreadable, "{then:?}");
        let repaired = play.tell("20s");
        assert_eq!(repaired.starts_with("stream"), unreadable > 0, "{then:?}: {repaired}");
    }
}

#[test]
fn changes_that_cannot_be_read_do_not_prolong_a_streaming_list() {
    let mut play = Play::new(ReflectorOptions::default());
    play.run(&[("", "stream"), ("open", "read"), ("+a3", "read"), ("9s", "read"), ("+b4", "read")]);
    play.run(&[("9s", "read"), ("unreadable a", "read unreadable:Repair"), ("1s", "list any 500 silent:Pages")]);
}

#[test]
fn a_list_that_lacks_something_declares_nothing_gone() {
    let mut play = Play::new(paged());
    play.run(&[("", "list any 500"), ("item a3", "read"), ("item b4", "read"), ("listed 5", "watch 5 =5[a3 b4]")]);
    play.run(&[
        ("!410", "rest expired:List"),
        ("rested", "list >=5 all"),
        ("item a6", "read"),
        ("unreadable", "read unreadable:Repair"),
        ("listed 8", "watch 8 ~a6 *8"),
        ("open", "read"),
    ]);
    assert_eq!(play.machine.health().unreadable, 1);
    // Again and again, but with patience, until it can be read.
    let began = play.now;
    for _ in 0..10 {
        until_list(&mut play);
        play.run(&[
            ("unreadable", "read unreadable:Repair"),
            ("item a6", "read"),
            ("listed 8", "watch 8 ~a6 *8"),
            ("open", "read"),
        ]);
    }
    assert!(play.now - began > Duration::from_secs(3600), "{:?} for ten", play.now - began);
    until_list(&mut play);
    play.run(&[("item a6", "read"), ("listed 9", "watch 9 =9[a6]")]);
}

#[test]
fn a_first_list_that_lacks_something_is_better_than_none() {
    let mut play = Play::new(ReflectorOptions::default());
    play.run(&[("", "stream"), ("open", "read"), ("unreadable", "read unreadable:Repair"), ("+a3", "read")]);
    play.run(&[("**5", "read =5[a3]"), ("20s", "stream >=5")]);
    assert_eq!(play.machine.health().unreadable, 1);
}

#[test]
fn a_change_that_the_receiver_refused_is_repaired_by_a_list() {
    let mut play = Play::watching(ReflectorOptions::default());
    play.run(&[("+a6", "read +a6"), ("rejected", "read rejected:Repair"), ("rejected", "read rejected:Repair")]);
    play.run(&[("20s", "stream >=6"), ("open", "read"), ("+a6", "read"), ("**6", "read =6[a6]"), ("80s", "read")]);
}

#[test]
fn a_list_that_is_older_than_was_asked_for_is_not_believed() {
    let mut play = Play::new(paged());
    play.run(&[
        ("", "list any 500"),
        ("listed 5", "watch 5 =5[]"),
        ("open", "read"),
        ("!410", "rest expired:List"),
        ("rested", "list >=5 all"),
        ("item a3", "read"),
        ("listed 3", "rest too_large_version:List"),
        ("rested", "list latest 500"),
        ("item a3", "read"),
        ("listed 3", "watch 3 =3[a3]"),
    ]);
    let mut play = Play::watching(ReflectorOptions::default());
    play.run(&[
        ("!410", "rest expired:List"),
        ("rested", "stream >=5"),
        ("open", "read"),
        ("**3", "rest too_large_version:List"),
        ("rested", "stream"),
        ("open", "read"),
        ("**3", "read =3[]"),
    ]);
}

/// Lets time go by, with a server that answers and has nothing to tell, until it is asked for a list.
fn until_list(play: &mut Play) {
    for _ in 0..1000 {
        let done = play.tell("5s");
        match done.split(' ').next() {
            Some("list") => return,
            Some("watch") => play.tell("open"),
            Some("probe") => play.tell("listed 8"),
            _ => continue,
        };
    }
    panic!("no list: {:?}", play.machine);
}
