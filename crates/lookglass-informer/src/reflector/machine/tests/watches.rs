//! Watches: how they go on.

use std::time::Duration;

use super::play::{Play, version};
use crate::reflector::{Backoff, Machine, Phase, ReflectorOptions, Request, Step};

fn watching() -> Play {
    Play::watching(ReflectorOptions::default())
}

#[test]
fn a_watch_that_ends_in_time_goes_on_at_once_where_it_was() {
    let mut play = watching();
    play.run(&[("+a7", "read +a7"), ("eof", "watch 7"), ("open", "read"), ("1s", "read"), ("eof", "watch 7")]);
    assert_eq!(play.machine.health().counters.failures, 0, "to end is what watches do");
    assert_eq!(play.machine.health().counters.relists, 0);
}

#[test]
fn a_watch_that_breaks_off_goes_on_at_once_where_it_was() {
    let mut play = watching();
    play.run(&[
        ("+a7", "read +a7"),
        ("cut", "watch 7 cut_off:Watch"),
        ("open", "read"),
        ("*9", "read *9"),
        ("cut", "watch 9 cut_off:Watch"),
        ("open", "read"),
        // But not if it did so at once.
        ("cut", "rest cut_off:Watch"),
    ]);
}

#[test]
fn very_short_watches_are_opened_again_after_a_wait_and_nothing_is_listed() {
    let mut play = watching();
    play.run(&[("+a7", "read +a7"), ("eof", "watch 7")]);
    let mut waited = Duration::ZERO;
    for at in 0..7 {
        let end = if at % 2 == 0 { "eof" } else { "cut" };
        play.run(&[("open", "read"), ("0.9s", "read"), (end, "rest cut_off:Watch")]);
        waited += play.rest();
        assert_eq!(play.tell("rested"), "watch 7");
    }
    assert!(waited > Duration::from_secs(60), "{waited:?}");
    assert_eq!(play.machine.health().counters.relists, 0);
}

#[test]
fn where_no_watch_gets_through_the_state_is_listed_now_and_then() {
    let mut play = watching();
    for round in 0..3 {
        for _ in 0..7 {
            play.tell("open");
            assert_eq!(play.tell("eof"), "rest cut_off:Watch", "round {round}");
            assert_eq!(play.tell("rested"), "watch 5");
        }
        play.run(&[("open", "read"), ("eof", "rest cut_off:List"), ("rested", "stream >=5")]);
        play.run(&[("open", "read"), ("**5", "read =5[]"), ("1s", "read"), ("eof", "watch 5")]);
    }
}

#[test]
fn a_bookmark_without_a_version_says_nothing() {
    watching().run(&[("+a7", "read +a7"), ("*", "read"), ("1s", "read"), ("eof", "watch 7")]);
}

#[test]
fn an_expired_version_in_a_stream_is_reported_and_listed_at_a_random_moment() {
    let mut waits = Vec::new();
    for seed in 0..100 {
        let now = tokio::time::Instant::now().into_std();
        let options = ReflectorOptions::default();
        let mut play = Play { machine: Machine::after("5".into(), true, options, seed, now), now, until: None };
        play.run(&[("", "watch 5"), ("open", "read"), ("!410", "rest expired:List")]);
        waits.push(play.rest());
        play.run(&[("rested", "stream >=5"), ("open", "read"), ("**8", "read =8[]")]);
    }
    waits.sort_unstable();
    assert!(waits[10] < Duration::from_millis(400) && waits[90] > Duration::from_millis(1200), "{waits:?}");
    assert!(waits[99] < Duration::from_millis(1600));
}

#[test]
fn storms_of_410_are_met_with_growing_waits() {
    let mut play = watching();
    for _ in 0..12 {
        play.run(&[("!410", "rest expired:List"), ("rested", "stream >=5"), ("open", "read"), ("**5", "read =5[]")]);
    }
    play.run(&[("!410", "rest expired:List")]);
    let began = play.now;
    for _ in 0..20 {
        play.run(&[("rested", "stream >=5"), ("open", "read"), ("**5", "read =5[]"), ("!410", "rest expired:List")]);
    }
    assert!(play.now - began > Duration::from_secs(200), "{:?} for twenty", play.now - began);
}

#[test]
fn errors_in_a_stream_are_reported_and_the_version_is_kept() {
    let mut play = watching();
    play.run(&[
        ("!500", "rest server_error:Watch"),
        ("rested", "watch 5"),
        ("malformed", "rest malformed:Watch"),
        ("rested", "watch 5"),
        ("open", "read"),
        ("+a6", "read +a6"),
        ("!500", "rest server_error:Watch"),
        ("rested", "watch 6"),
        ("!500", "rest server_error:Watch"),
        ("rested", "watch 6"),
        // What it stumbles over may lie in its past.
        ("!500", "rest server_error:List"),
        ("rested", "stream >=6"),
    ]);
}

#[test]
fn a_version_ahead_of_the_server_is_followed_by_a_list_of_the_newest_state() {
    let mut play = watching();
    play.run(&[("!504", "rest too_large_version:List"), ("rested", "stream"), ("open", "read"), ("**2", "read =2[]")]);
    assert_eq!(version(&play).to_string(), "2");
}

#[test]
fn versions_do_not_go_back_unless_a_list_says_so() {
    let mut play = watching();
    play.run(&[
        ("+a8", "read +a8"),
        ("~a7", "rest too_large_version:List"),
        ("rested", "stream"),
        ("open", "read"),
        ("+a7", "read"),
        ("**7", "read =7[a7]"),
        ("*6", "rest too_large_version:List"),
    ]);
    // The same version again is no step back; nor is a deletion that is told with the version of what was deleted.
    let mut play = watching();
    play.run(&[("+a8", "read +a8"), ("~a8", "read ~a8"), ("*8", "read"), ("-b3", "read -b3"), ("+c9", "read +c9")]);
    // Versions that cannot be compared are believed.
    play.run(&[("~cX", "read ~cX"), ("~cA", "read ~cA"), ("eof", "watch A")]);
}

#[test]
fn a_watch_that_died_silently_is_noticed_and_goes_on_after_a_question() {
    let mut play = watching();
    play.run(&[
        ("+a6", "read +a6"),
        ("89s", "read"),
        ("1s", "probe >=6 silent:Probe"),
        ("listed 9", "watch 6"),
        ("open", "read"),
    ]);
    assert_eq!(play.machine.health().phase, Phase::Watching);
    // There was nothing wrong, so the next suspicion comes later.
    play.run(&[("179s", "read"), ("1s", "probe >=6 silent:Probe"), ("listed 9", "watch 6"), ("open", "read")]);
    // With a bookmark the server says that it speaks.
    play.run(&[("*9", "read *9"), ("89s", "read"), ("1s", "probe >=9 silent:Probe")]);
}

#[test]
fn a_server_that_went_back_is_found_out_by_the_question() {
    let mut play = watching();
    play.run(&[
        ("90s", "probe >=5 silent:Probe"),
        ("too large", "rest too_large_version:List"),
        ("rested", "stream"),
        ("open", "read"),
        ("+a1", "read"),
        ("**2", "read =2[a1]"),
        ("90s", "probe >=2 silent:Probe"),
        ("listed 1", "rest too_large_version:List"),
    ]);
}

#[test]
fn a_question_that_is_not_answered_does_not_end_the_watch() {
    let mut play = watching();
    play.run(&[
        ("90s", "probe >=5 silent:Probe"),
        ("60s", "rest silent:Watch"),
        ("rested", "watch 5"),
        ("open", "read"),
    ]);
    play.run(&[("180s", "probe >=5 silent:Probe"), ("refused 403", "watch 5 forbidden:Watch"), ("open", "read")]);
    play.run(&[("360s", "probe >=5 silent:Probe"), ("unreachable", "rest unreachable:Watch"), ("rested", "watch 5")]);
}

#[test]
fn without_bookmarks_a_silent_watch_ends_in_its_time() {
    let mut play = Play::new(ReflectorOptions::default().streaming(false));
    assert_eq!(play.tell(""), "list any 500");
    play.machine.listed("5".into(), 1, play.now);
    let Step::Ask(Request::Watch { timeout, .. }) = play.machine.poll(play.now) else { panic!("a watch is due") };
    assert!((300..=600).contains(&timeout.as_secs()), "{timeout:?}");
    play.machine.opened(play.now);
    play.now += timeout + Duration::from_secs(29);
    assert!(matches!(play.machine.poll(play.now), Step::Read { .. }));
    play.machine.take_changes(&mut Vec::new());
    play.run(&[("1s", "probe >=5 silent:Probe"), ("listed 5", "watch 5"), ("open", "read"), ("400s", "read")]);
    // So does one that the server ended, if it never said a word.
    play.run(&[("eof", "probe >=5"), ("listed 5", "watch 5")]);
}

#[test]
fn time_in_which_nobody_read_is_no_silence() {
    let mut play = watching();
    play.run(&[("+a6", "read +a6")]);
    play.now += Duration::from_secs(3600);
    play.machine.held_up(Duration::from_secs(3600));
    play.run(&[("", "read"), ("89s", "read"), ("1s", "probe >=6 silent:Probe")]);
}

#[test]
fn a_right_that_is_taken_away_keeps_the_state_and_waits() {
    let mut play = watching();
    play.run(&[("+a6", "read +a6"), ("eof", "watch 6"), ("refused 403", "rest forbidden:Watch")]);
    assert!(play.rest() >= Duration::from_secs(5));
    play.run(&[("rested", "watch 6"), ("refused 401", "rest unauthorized:Watch"), ("rested", "watch 6")]);
    play.run(&[("refused 404", "rest missing:List"), ("rested", "stream >=6")]);
}

#[test]
fn without_the_right_to_watch_the_state_is_listed_now_and_then() {
    let mut play = watching();
    play.run(&[("1s", "read"), ("eof", "watch 5")]);
    for round in 0..3 {
        for _ in 0..7 {
            assert_eq!(play.tell("refused 403"), "rest forbidden:Watch", "round {round}");
            assert_eq!(play.tell("rested"), "watch 5");
        }
        play.run(&[
            ("refused 403", "rest forbidden:List"),
            ("rested", "stream >=5"),
            ("refused 403", "list >=5 all forbidden:Pages"),
            ("item a5", "read"),
            ("listed 5", "watch 5 =5[a5]"),
        ]);
    }
}

#[test]
fn a_watch_without_relisting_ends_with_an_expired_version_and_with_nothing_else() {
    let now = tokio::time::Instant::now().into_std();
    let machine = Machine::after("5".into(), false, ReflectorOptions::default(), 1, now);
    let mut play = Play { machine, now, until: None };
    play.run(&[
        ("", "watch 5"),
        ("refused 404", "rest missing:Watch"),
        ("rested", "watch 5"),
        ("open", "read"),
        ("unreadable", "read unreadable:Watch"),
        ("+a6", "read +a6"),
    ]);
    for _ in 0..9 {
        play.run(&[("!500", "rest server_error:Watch"), ("rested", "watch 6"), ("open", "read")]);
    }
    play.run(&[("!410", "over expired:End"), ("", "over")]);
    assert_eq!(play.machine.health().phase, Phase::Stopped);
}

#[test]
fn a_watch_goes_on_only_from_a_version_that_a_server_gave() {
    for version in ["", "0"] {
        let now = tokio::time::Instant::now().into_std();
        let after = |relist| Machine::after(version.into(), relist, ReflectorOptions::default(), 1, now);
        let mut play = Play { machine: after(false), now, until: None };
        play.run(&[("", "over unsupported:End"), ("", "over")]);
        let mut play = Play { machine: after(true), now, until: None };
        play.run(&[("", "stream unsupported:List"), ("open", "read"), ("+a7", "read"), ("+b3", "read")]);
        play.run(&[("**8", "read =8[a7 b3]"), ("~a9", "read ~a9")]);
    }
}

#[test]
fn what_comes_late_is_not_heeded() {
    let mut play = watching();
    play.run(&[
        ("!410", "rest expired:List"),
        ("+a9", "rest"),
        ("eof", "rest"),
        ("item b3", "rest"),
        ("listed 9", "rest"),
    ]);
    assert_eq!(version(&play).to_string(), "5");
}

#[test]
fn only_what_tells_of_the_state_makes_it_fresher() {
    for told in ["!410", "!500", "unreadable", "+a3", "*3", "refused 403", "cut", "eof"] {
        let mut play = watching();
        let listed = play.now;
        play.run(&[("10s", "read"), ("+a7", "read +a7"), ("7s", "read")]);
        play.tell(told);
        assert_eq!(play.machine.health().heard, Some(listed + Duration::from_secs(10)), "{told}");
    }
    for told in ["+a8", "~a8", "-a8", "*8", "*7", "-a5"] {
        let mut play = watching();
        play.run(&[("10s", "read"), ("+a7", "read +a7"), ("7s", "read")]);
        play.tell(told);
        assert_eq!(play.machine.health().heard, Some(play.now), "{told}");
    }
}

#[test]
fn what_keeps_a_connection_from_being_made_is_waited_for_and_nothing_is_listed() {
    let mut play = watching();
    play.run(&[("+a7", "read +a7"), ("1s", "read"), ("eof", "watch 7")]);
    for _ in 0..5 {
        for what in ["unreachable", "busy", "proxy", "timeout"] {
            play.run(&[(what, "rest unreachable:Watch"), ("rested", "watch 7")]);
        }
        for what in ["untrusted", "no credentials"] {
            play.run(&[(what, "rest unprepared:Watch")]);
            assert!(play.rest() >= Duration::from_secs(5), "it does not mend itself");
            play.run(&[("rested", "watch 7")]);
        }
    }
    assert_eq!(play.machine.health().counters.relists, 0);
}

#[test]
fn what_never_ends_does_no_harm() {
    let never = Duration::MAX;
    let wait = Backoff { start: never, factor: 2.0, cap: never, reset: never };
    let options = ReflectorOptions::default()
        .resync(never)
        .watch_timeout(never)
        .backoff(wait)
        .slow_backoff(wait)
        .repair(wait)
        .answer_patience(never)
        .streaming_patience(never)
        .streaming_limit(never)
        .streaming_retry(never)
        .silence(never)
        .grace(never);
    let mut play = Play::new(options);
    play.run(&[
        ("", "stream"),
        ("open", "read"),
        ("+a3", "read"),
        // Streaming is off from here on.
        ("refused 422", "list any 500 unsupported:Pages"),
        ("item a3", "read"),
        ("listed 5", "watch 5 =5[a3]"),
        ("open", "read"),
        ("*6", "read *6"),
        ("1000000s", "read"),
        ("unreadable", "read unreadable:Repair"),
        ("eof", "watch 6"),
        ("unreachable", "rest unreachable:Watch"),
        ("1000000s", "rest"),
    ]);
    for told in ["refused 403", "!410", "too large", "cut", "eof"] {
        let mut play = Play::new(ReflectorOptions::default().backoff(wait).slow_backoff(wait));
        play.run(&[("", "stream"), ("open", "read"), ("**5", "read =5[]")]);
        assert!(play.tell(told).starts_with("rest"), "{told}");
    }
}

#[test]
fn a_version_that_stands_for_any_is_none_to_go_on_from() {
    let mut play = Play::watching(ReflectorOptions::default());
    play.run(&[("+a7", "read +a7"), ("*0", "read"), ("+b0", "read +b0"), ("~a0", "read ~a0"), ("*", "read")]);
    play.run(&[
        ("eof", "watch 7"),
        ("open", "read"),
        ("+c8", "read +c8"),
        ("-b0", "read -b0"),
        ("cut", "watch 8 cut_off:Watch"),
    ]);
}
