//! Every target for a bounded number of inputs. `LOOKGLASS_FUZZ_ITERATIONS` says how many, beyond the seeds' own number.

use lookglass_fuzz::{Rng, all};

/// So many take a few seconds for all targets together, unoptimised.
const ITERATIONS: u64 = 10_000;

fn iterations() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "the one knob of this test, which a person turns")]
    let wanted = std::env::var("LOOKGLASS_FUZZ_ITERATIONS");
    wanted.map_or(ITERATIONS, |text| text.parse().expect("LOOKGLASS_FUZZ_ITERATIONS is a number"))
}

fn run(name: &str) {
    let target = all().iter().find(|target| target.name == name).expect("a target of that name");
    let most = (target.seeds)().len() as u64 + iterations();
    if let Err(failure) = target.run(1, |index| index < most) {
        panic!("{failure}");
    }
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            run(stringify!($name));
        })*

        #[test]
        fn every_target_has_its_test() {
            let tested = [$(stringify!($name)),*];
            assert!(all().iter().map(|target| target.name).eq(tested), "{tested:?}");
        }
    };
}

targets! {
    json_reader protobuf_reader watch_frames transcode_protobuf transcode_json typed selectors field_selectors paths keys
    versions cell_json cell_protobuf status protocol_request protocol_query protocol_accept protocol_body protocol_envelope
    protocol_yaml protocol_token
}

#[test]
fn a_seed_gives_the_same_numbers_again_and_another_seed_others() {
    let numbers = |seed| {
        let mut rng = Rng::new(seed);
        [rng.next(), rng.next(), rng.next()]
    };
    assert_eq!(numbers(1), numbers(1));
    assert_ne!(numbers(1), numbers(2));
}

#[test]
fn a_broken_promise_is_found_reduced_and_named() {
    let mut target = all()[0];
    target.check = |input| assert!(!input.contains(&b'7'));
    let failure = target.run(3, |index| index < 10_000).expect_err("a seven comes up");
    assert_eq!(target.reduced(failure.input.clone()), b"7");
    let said = failure.to_string();
    assert!(said.contains("of seed 3") && said.contains("-- json_reader --input "), "{said}");
}

/// A schema's `multipleOf` was another double out of JSON than out of protobuf.
#[test]
fn a_double_in_json_is_read_to_the_last_digit() {
    assert_eq!(serde_json::from_str::<f64>("9.999539568307227e-8").ok(), Some(9.999_539_568_307_227e-8));
}
