//! Lists: which, from where, and what when they fail.

use std::time::Duration;

use lookglass_object::ResourceVersion;

use super::play::{Play, version};
use crate::reflector::{Cause, Phase, ReflectorOptions};

fn paged() -> ReflectorOptions {
    ReflectorOptions::default().streaming(false)
}

#[test]
fn a_streaming_list_becomes_the_watch() {
    let mut play = Play::new(ReflectorOptions::default());
    assert_eq!(play.machine.health().phase, Phase::Waiting);
    play.run(&[("", "stream"), ("open", "read"), ("+a3", "read"), ("+b4", "read")]);
    assert_eq!(play.machine.health().phase, Phase::Streaming { items: 2 });
    assert!(play.machine.health().heard.is_none(), "not synced is not fresh");
    play.run(&[("**5", "read =5[a3 b4]"), ("~a6", "read ~a6"), ("-b7", "read -b7"), ("+c8", "read +c8")]);
    assert_eq!(play.machine.health().phase, Phase::Watching);
    assert_eq!(version(&play).to_string(), "8");
}

#[test]
fn changes_in_the_middle_of_a_streaming_list_are_heeded() {
    let mut play = Play::new(ReflectorOptions::default());
    play.run(&[
        ("", "stream"),
        ("open", "read"),
        ("+a1", "read"),
        ("+b2", "read"),
        ("+c3", "read"),
        ("~b4", "read"),
        ("-a5", "read"),
        ("-x6", "read"),
        ("+d7", "read"),
        ("+a8", "read"),
        ("**8", "read =8[b4 c3 d7 a8]"),
    ]);
}

#[test]
fn a_first_list_in_pages_takes_any_state_and_later_ones_none_that_is_older() {
    let mut play = Play::new(paged());
    play.run(&[
        ("", "list any 500"),
        ("item a3", "read"),
        ("item b4", "read"),
        ("listed 5", "watch 5 =5[a3 b4]"),
        ("open", "read"),
        ("!410", "rest expired:List"),
        ("rested", "list >=5 all"),
        ("listed 9", "watch 9 =9[]"),
    ]);
}

#[test]
fn a_server_that_gives_its_cheapest_list_in_pages_is_asked_for_pages_again() {
    let mut play = Play::new(paged());
    play.run(&[
        ("", "list any 500"),
        ("item a3", "read"),
        ("listed 5 pages 2", "watch 5 =5[a3]"),
        ("open", "read"),
        ("!410", "rest expired:List"),
        ("rested", "list >=5 500"),
    ]);
    let mut play = Play::new(paged().page_size(7));
    play.run(&[
        ("", "list any 7"),
        ("listed 5", "watch 5 =5[]"),
        ("!410", "rest expired:List"),
        ("rested", "list >=5 7"),
    ]);
}

#[test]
fn a_version_that_is_expired_or_ahead_of_the_server_is_not_asked_for_again() {
    for why in ["refused 410", "too large", "too large old"] {
        let cause = if why == "refused 410" { "expired" } else { "too_large_version" };
        let mut play = Play::new(paged());
        play.run(&[("", "list any 500"), ("listed 5", "watch 5 =5[]"), ("!410", "rest expired:List")]);
        play.run(&[
            ("rested", "list >=5 all"),
            (why, &format!("list latest 500 {cause}:Pages")),
            // Now it is the server's turn.
            (why, &format!("rest {cause}:List")),
            ("rested", "list latest 500"),
            // What a list of the newest state says is believed, even if it goes back.
            ("listed 3", "watch 3 =3[]"),
            ("!410", "rest expired:List"),
            ("rested", "list >=3 all"),
        ]);
        let mut play = Play::watching(ReflectorOptions::default());
        play.run(&[
            ("!410", "rest expired:List"),
            ("rested", "stream >=5"),
            (why, &format!("stream {cause}:List")),
            ("open", "read"),
            ("**3", "read =3[]"),
        ]);
    }
}

#[test]
fn an_expired_page_is_followed_by_the_whole_list() {
    let mut play = Play::new(paged());
    play.run(&[
        ("", "list any 500"),
        ("item a3", "read"),
        ("refused 410", "list any all expired:List"),
        ("item a3", "read"),
        ("item b4", "read"),
        ("listed 5", "watch 5 =5[a3 b4]"),
    ]);
}

#[test]
fn a_streaming_list_whose_bookmark_never_comes_is_given_up() {
    for silent_after in ["+a3", ""] {
        let mut play = Play::new(ReflectorOptions::default());
        play.run(&[
            ("", "stream"),
            ("open", "read"),
            (silent_after, "read"),
            ("9.9s", "read"),
            ("0.1s", "list any 500 silent:Pages"),
            ("item a3", "read"),
            ("listed 5", "watch 5 =5[a3]"),
            ("!410", "rest expired:List"),
            // It is remembered.
            ("rested", "list >=5 all"),
            ("listed 6", "watch 6 =6[]"),
            ("600s", "rest silent:Watch"),
            ("rested", "watch 6"),
            ("!410", "rest expired:List"),
            // But not for ever.
            ("rested", "stream >=6"),
        ]);
    }
}

#[test]
fn a_server_that_tells_changes_instead_of_the_state_is_found_out() {
    // It does not know streaming lists: it tells what changes, and never comes to an end.
    let mut play = Play::new(ReflectorOptions::default());
    play.run(&[("", "stream"), ("open", "read"), ("+a1", "read")]);
    for version in 2..6 {
        play.run(&[("2s", "read"), (&format!("~a{version}"), "read")]);
    }
    play.run(&[("2s", "list any 500 silent:Pages")]);
    let mut play = Play::new(ReflectorOptions::default());
    play.run(&[("", "stream"), ("open", "read")]);
    for version in 1..13 {
        play.run(&[("9s", "read"), (&format!("+{}{version}", char::from(b'a' + version)), "read")]);
    }
    assert_eq!(play.tell("12s"), "list any 500 silent:Pages", "two minutes in all");
}

#[test]
fn a_streaming_list_that_is_not_understood_gives_way_to_pages() {
    let mut play = Play::new(ReflectorOptions::default());
    play.run(&[("", "stream"), ("refused 422", "list any 500 unsupported:Pages"), ("listed 5", "watch 5 =5[]")]);
    play.run(&[("!410", "rest expired:List"), ("rested", "list >=5 all")]);
}

#[test]
fn a_streaming_list_that_is_forbidden_gives_way_once() {
    let mut play = Play::new(ReflectorOptions::default());
    play.run(&[
        ("", "stream"),
        ("refused 403", "list any 500 forbidden:Pages"),
        ("refused 403", "rest forbidden:List"),
        ("rested", "stream"),
    ]);
}

#[test]
fn a_streaming_list_that_breaks_off_is_tried_again_and_then_given_up() {
    let mut play = Play::new(ReflectorOptions::default());
    play.run(&[
        ("", "stream"),
        ("open", "read"),
        ("+a3", "read"),
        ("eof", "stream silent:List"),
        ("open", "read"),
        ("+a3", "read"),
        ("cut", "rest cut_off:Pages"),
        ("rested", "list any 500"),
    ]);
    let mut play = Play::new(ReflectorOptions::default());
    play.run(&[("", "stream"), ("open", "read"), ("cut", "rest cut_off:List"), ("rested", "stream")]);
    play.run(&[("open", "read"), ("**5", "read =5[]"), ("!410", "rest expired:List"), ("rested", "stream >=5")]);
    play.run(&[("open", "read"), ("cut", "rest cut_off:List"), ("rested", "stream >=5")]);
}

#[test]
fn a_list_that_stands_still_is_given_up() {
    let mut play = Play::new(paged());
    play.run(&[
        ("", "list any 500"),
        ("59s", "read"),
        ("item a3", "read"),
        ("59s", "read"),
        ("1s", "rest silent:List"),
        ("rested", "list any 500"),
    ]);
    let mut play = Play::new(ReflectorOptions::default());
    play.run(&[("", "stream"), ("60s", "rest silent:List"), ("rested", "stream"), ("60s", "rest silent:Pages")]);
}

#[test]
fn a_missing_right_and_a_missing_resource_are_phases_with_long_waits() {
    for (code, why) in [("403", Cause::Forbidden), ("401", Cause::Unauthorized), ("404", Cause::Missing)] {
        let mut play = Play::new(paged());
        play.tell("");
        let mut waited = Duration::ZERO;
        for _ in 0..10 {
            assert_eq!(play.tell(&format!("refused {code}")), format!("rest {why}:List"));
            waited += play.rest();
            assert!(matches!(play.machine.health().phase, Phase::BackingOff { why: shown, .. } if shown == why));
            assert_eq!(play.tell("rested"), "list any 500");
        }
        assert!(waited > Duration::from_secs(5 * 60), "{waited:?} for ten requests");
        assert_eq!(play.tell("listed 5"), "watch 5 =5[]");
    }
}

#[test]
fn a_server_that_asks_for_patience_gets_it() {
    let mut play = Play::new(paged());
    play.run(&[("", "list any 500"), ("refused 429 after 17", "rest overloaded:List")]);
    assert_eq!(play.rest(), Duration::from_secs(17));
    play.run(&[("rested", "list any 500"), ("refused 429", "rest overloaded:List")]);
    assert!((1600..3200).contains(&play.rest().as_millis()), "{:?}", play.rest());
    let mut play = Play::watching(paged().streaming(true));
    play.run(&[
        ("eof", "rest cut_off:Watch"),
        ("rested", "watch 5"),
        ("refused 429 after 31", "rest overloaded:Watch"),
    ]);
    assert_eq!(play.rest(), Duration::from_secs(31));
    play.run(&[("rested", "watch 5"), ("unreachable", "rest unreachable:Watch"), ("rested", "watch 5")]);
}

#[test]
fn after_a_list_without_a_version_lists_are_all_there_is() {
    for no_version in ["", "0"] {
        let listed = format!("listed {no_version}");
        let mut play = Play::new(paged());
        play.run(&[("", "list any 500"), ("item a3", "read"), (&listed, "rest =[a3] malformed:List")]);
        assert_eq!(version(&play), ResourceVersion::default());
        // What is gone is found out, whatever versions objects have; and it must not be an older state that any server has at hand.
        play.run(&[("rested", "list latest 500"), ("item b2", "read"), (&listed, "rest =[b2] malformed:List")]);
        // Each one after a longer wait.
        let began = play.now;
        for _ in 0..10 {
            play.run(&[("rested", "list latest 500"), (&listed, "rest =[] malformed:List")]);
        }
        assert!(play.now - began > Duration::from_secs(200), "{:?} for ten", play.now - began);
        play.run(&[
            ("rested", "list latest 500"),
            ("unreadable", "read unreadable:Repair"),
            ("item a3", "read"),
            (&listed, "rest ~a3 malformed:List"),
        ]);
        // Once there is one, all is as it should be; and then a list without one is not believed.
        play.run(&[
            ("rested", "list latest 500"),
            ("item a4", "read"),
            ("listed 5", "watch 5 =5[a4]"),
            ("open", "read"),
        ]);
        play.run(&[
            ("!410", "rest expired:List"),
            ("rested", "list >=5 all"),
            (&listed, "rest malformed:List"),
            ("rested", "list >=5 all"),
            ("item a4", "read"),
            ("listed 6", "watch 6 =6[a4]"),
        ]);

        let mut play = Play::new(ReflectorOptions::default());
        let end = format!("**{no_version}");
        play.run(&[("", "stream"), ("open", "read"), ("+a3", "read"), (&end, "list any 500 malformed:Pages")]);
    }
}

#[test]
fn a_resync_comes_when_it_is_due_and_not_before_there_is_something() {
    let mut play = Play::new(paged().resync(Duration::from_secs(30)));
    play.run(&[
        ("", "list any 500"),
        ("40s", "read"),
        ("listed 5", "watch 5 =5[]"),
        ("open", "read"),
        ("29s", "read"),
        ("1s", "read sync"),
        ("29s", "read"),
        ("!410", "rest expired:List"),
    ]);
    // Also while it waits for something else.
    assert_eq!(play.tell("unreachable"), "rest", "nothing is open");
    assert_eq!(play.machine.health().counters.resyncs, 1);
    play.run(&[("1s", "rest sync"), ("rested", "list >=5 all")]);
}

#[test]
fn a_resync_of_zero_is_none_and_a_watch_lasts_a_second_at_least() {
    let mut play = Play::new(paged().resync(Duration::ZERO).watch_timeout(Duration::ZERO));
    play.run(&[
        ("", "list any 500"),
        ("listed 5", "watch 5 =5[]"),
        ("open", "read"),
        ("0.9s", "read"),
        ("+a6", "read +a6"),
    ]);
    assert_eq!(play.machine.health().counters.resyncs, 0);
    assert_eq!(play.tell("32s"), "watch 6 cut_off:Watch".replace("cut_off", "silent"));
}

#[test]
fn a_streaming_list_for_which_no_connection_is_to_be_had_is_asked_for_again() {
    let mut play = Play::new(ReflectorOptions::default());
    play.run(&[("", "stream")]);
    for what in ["busy", "proxy", "timeout", "unreachable"] {
        play.run(&[(what, "rest unreachable:List"), ("rested", "stream")]);
    }
    for what in ["untrusted", "no credentials"] {
        play.run(&[(what, "rest unprepared:List"), ("rested", "stream")]);
    }
}
