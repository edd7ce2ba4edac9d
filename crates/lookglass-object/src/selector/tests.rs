use std::borrow::Cow;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kube_core::SelectorExt as _;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::{Interner, LabelSet};

type Set = BTreeMap<String, String>;

/// The sets of the first line of a golden file, and its other lines.
fn golden(data: &str) -> (Vec<Set>, impl Iterator<Item = Value> + '_) {
    let mut lines = data.lines();
    let sets = serde_json::from_str(lines.next().unwrap()).unwrap();
    (sets, lines.map(|line| serde_json::from_str(line).unwrap()))
}

/// What a golden line should say, from what we say.
fn label_outcome(result: Result<Selector, SelectorError>, sets: &[Set]) -> Value {
    let selector = match result {
        Ok(selector) => selector,
        Err(error) => return serde_json::json!({"error": error.to_string(), "text": ""}),
    };
    let requirement = |r: &Requirement| {
        serde_json::json!({
            "key": r.key(), "operator": r.operator().as_str(), "values": r.values().collect::<Vec<_>>(),
        })
    };
    let mut outcome = serde_json::json!({
        "text": if selector.is_nothing() { "<nothing>".to_owned() } else { selector.to_string() },
        "matches": sets.iter().map(|set| if selector.matches(set) { '1' } else { '0' }).collect::<String>(),
    });
    if !selector.requirements().is_empty() {
        outcome["requirements"] = selector.requirements().iter().map(requirement).collect();
    }
    outcome
}

/// The golden line without its input, with values sorted: Go prints them sorted but keeps them as they came.
fn expected(mut line: Value) -> Value {
    line.as_object_mut().unwrap().remove("input");
    for requirement in line["requirements"].as_array_mut().into_iter().flatten() {
        requirement["values"].as_array_mut().unwrap().sort_by_key(ToString::to_string);
    }
    if line["requirements"].is_null() {
        line.as_object_mut().unwrap().remove("requirements");
    }
    line
}

#[test]
fn label_selectors_are_those_of_go() {
    let (sets, lines) = golden(include_str!("../../tests/data/label-selectors.jsonl"));
    let mut checked = 0;
    for line in lines {
        let input = line["input"].as_str().unwrap().to_owned();
        let parsed = input.parse::<Selector>();
        assert_eq!(label_outcome(parsed.clone(), &sets), expected(line), "{input:?}");
        if let Ok(selector) = parsed {
            assert_eq!(selector.to_string().parse(), Ok(selector.clone()), "{input:?}");
            assert_eq!(selector.clone().checked(), Ok(selector));
        }
        checked += 1;
    }
    assert!(checked > 2_500, "only {checked} golden lines");
}

#[test]
fn label_selector_types_are_those_of_go() {
    let (sets, lines) = golden(include_str!("../../tests/data/label-selector-types.jsonl"));
    let mut checked = 0;
    for line in lines {
        let selector: Option<LabelSelector> = serde_json::from_value(line["input"].clone()).unwrap();
        let converted = selector.as_ref().map_or(Ok(Selector::nothing()), TryInto::try_into);
        assert_eq!(label_outcome(converted, &sets), expected(line), "{selector:?}");
        checked += 1;
    }
    assert!(checked > 12, "only {checked} golden lines");
}

#[test]
fn field_selectors_are_those_of_go() {
    let (sets, lines) = golden(include_str!("../../tests/data/field-selectors.jsonl"));
    let mut checked = 0;
    for line in lines {
        let input = line["input"].as_str().unwrap().to_owned();
        let outcome = match input.parse::<FieldSelector>() {
            Err(error) => serde_json::json!({"error": error.to_string(), "text": ""}),
            Ok(selector) => {
                let get = |set: &Set, path: &str| set.get(path).map(|v| Cow::Owned(v.clone()));
                let matches = sets.iter().map(|set| if selector.matches(|path| get(set, path)) { '1' } else { '0' });
                let mut outcome =
                    serde_json::json!({"text": selector.to_string(), "matches": matches.collect::<String>()});
                if !selector.is_empty() {
                    outcome["requirements"] = (selector.requirements().iter())
                        .map(|r| {
                            let operator = if r.is_negated() { "!=" } else { "=" };
                            serde_json::json!({"key": r.field(), "operator": operator, "values": [r.value()]})
                        })
                        .collect();
                }
                outcome
            }
        };
        assert_eq!(outcome, expected(line), "{input:?}");
        checked += 1;
    }
    assert!(checked > 1_500, "only {checked} golden lines");
}

#[test]
fn built_selectors_read_like_parsed_ones() {
    let built = Selector::new()
        .not_in("z", ["b", "a"])
        .eq("app", "web")
        .not_eq("tier", "db")
        .is_in("a", ["y", "x"])
        .exists("e")
        .not_exists("f")
        .greater_than("g", 5)
        .less_than("h", 7);
    let text = "a in (x,y),app=web,e,!f,g>5,h<7,tier!=db,z notin (a,b)";
    assert_eq!(built.to_string(), text);
    assert_eq!(text.parse().as_ref(), Ok(&built));
    assert_eq!(Selector::try_from(text).as_ref(), Ok(&built));
    assert_eq!(built.clone().checked(), Ok(built));
}

#[test]
fn unchecked_parts_are_found_out() {
    let sly = Selector::new().eq("a", "b,c=d");
    assert!(sly.matches(&[("a", "b,c=d")]), "here it means what it says");
    let error = sly.checked().unwrap_err().to_string();
    assert!(error.starts_with("values[0][a]: Invalid value: \"b,c=d\": a valid label must be"), "{error}");
    assert_eq!(
        Selector::new().is_in("a", [""; 0]).checked().unwrap_err().to_string(),
        "values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty"
    );
    assert!(Selector::new().greater_than("a", -1).checked().is_err());
    assert!(Requirement::new("a", Operator::Equals, ["b", "c"]).is_err());
    assert!(Requirement::new("a", Operator::GreaterThan, ["1", "2"]).is_err());
}

#[test]
fn everything_and_nothing() {
    let (everything, nothing) = (Selector::everything(), Selector::nothing());
    assert!(everything.is_empty() && everything.matches(&[("a", "b")]) && everything.to_string().is_empty());
    assert!(!nothing.is_empty() && nothing.is_nothing() && !nothing.matches(&Set::new()));
    assert_eq!(nothing.clone().eq("a", "b"), nothing);
    let sent: Selector = nothing.to_string().parse().unwrap();
    assert!(!sent.matches(&Set::new()) && !sent.matches(&[("nothing", "")]));
    assert_ne!(everything, nothing);
}

#[test]
fn exact_matches_for_indexes() {
    let exact = |text: &str| text.parse::<Selector>().unwrap().requires_exact_match("a").map(str::to_owned);
    for (text, value) in [
        ("a=b", Some("b")),
        ("b=c,a==b", Some("b")),
        ("a in (b)", Some("b")),
        ("a=", Some("")),
        ("a in (b,c)", None),
        ("a!=b", None),
        ("a,a=b", None),
        ("a=b,a", Some("b")),
        ("b=a", None),
        ("", None),
    ] {
        assert_eq!(exact(text).as_deref(), value, "{text}");
    }
    let fields: FieldSelector = "b!=1,a!=2,a=3,a=4".parse().unwrap();
    assert_eq!(fields.requires_exact_match("a"), Some("3"));
    assert_eq!(fields.requires_exact_match("b"), None);
}

#[test]
fn labels_from_many_places() {
    let web: Selector = "app=web".parse().unwrap();
    let map: Set = [("app".to_owned(), "web".to_owned())].into();
    assert!(web.matches(&map) && web.matches(&Some(&map)) && !web.matches(&None::<Set>));
    let hashed: HashMap<_, _, std::hash::BuildHasherDefault<std::hash::DefaultHasher>> =
        map.clone().into_iter().collect();
    assert!(web.matches(&hashed));
    assert!(web.matches(&ObjectMeta { labels: Some(map.clone()), ..Default::default() }));
    assert!(!web.matches(&ObjectMeta::default()));
    assert!(web.matches_with(|key| map.get(key).map(String::as_str)));
    assert!(Selector::from(&map) == web && Selector::from(map) == web);
    assert!(Selector::from(web.requirements()[0].clone()) == web);
}

#[test]
fn kube_selectors_come_and_go() {
    let selector: Selector = "a=b,c!=d,e in (f,g),h notin (i),j,!k".parse().unwrap();
    let kube = kube_core::Selector::try_from(&selector).unwrap();
    assert_eq!(kube.to_string(), selector.to_string());
    assert_eq!(Selector::from(kube), selector);
    let refused = |selector: &Selector| kube_core::Selector::try_from(selector).unwrap_err().to_string();
    assert_eq!(refused(&Selector::new().less_than("a", 1)), "kube's label selector cannot say lt");
    assert_eq!(refused(&Selector::nothing()), "kube's label selector cannot say \"nothing\"");
}

#[test]
fn hostile_texts_take_little() {
    // Quadratic or recursive work would make this test the slowest by far, or overflow its stack.
    for piece in ["a,", "a in (", "(", "!", "a in (b,", ",", "a=b,", "\0", "é", "a!=b,c notin (d,e,f),"] {
        let text = piece.repeat(300_000 / piece.len());
        let _ = (text.parse::<Selector>(), text.parse::<FieldSelector>());
    }
    let values = (0..50_000).map(|i| i.to_string()).collect::<Vec<_>>().join(",");
    let many: Selector = format!("a in ({values})").parse().unwrap();
    assert!(many.matches(&[("a", "49999")]) && !many.matches(&[("a", "50000")]));
    let bad = (0..100_000).map(|i| format!("-{i}")).collect::<Vec<_>>();
    let error = format!("a in ({})", bad.join(",")).parse::<Selector>().unwrap_err().to_string();
    assert!(error.len() < 400_000, "{} bytes of message", error.len());
    let backwards = (0..100_000).rev().map(|i| (format!("k{i:06}"), "v")).collect::<Selector>();
    assert_eq!(backwards.requirements()[0].key(), "k000000");
    let keys = (0..100_000).rev().map(|i| format!("k{i}")).collect::<Vec<_>>().join(",");
    assert_eq!(keys.parse::<Selector>().unwrap().requirements().len(), 100_000);
}

/// What the API documents, said as plainly as possible.
fn naive(requirement: &Requirement, labels: &Set) -> bool {
    let values: Vec<String> = requirement.values().map(str::to_owned).collect();
    let label = labels.get(requirement.key());
    match requirement.operator() {
        Operator::Equals | Operator::DoubleEquals | Operator::In => label.is_some() && values.contains(label.unwrap()),
        Operator::NotEquals | Operator::NotIn => label.is_none() || !values.contains(label.unwrap()),
        Operator::Exists => label.is_some(),
        Operator::DoesNotExist => label.is_none(),
        Operator::GreaterThan => {
            label.and_then(|v| v.parse::<i64>().ok()).is_some_and(|v| v > values[0].parse().unwrap())
        }
        Operator::LessThan => label.and_then(|v| v.parse::<i64>().ok()).is_some_and(|v| v < values[0].parse().unwrap()),
    }
}

fn requirement() -> impl Strategy<Value = Requirement> {
    let key = "[a-c](/[a-c])?";
    let value = "[a-c]?|[0-9]{1,2}";
    prop_oneof![
        (key, prop::sample::select(vec![Operator::Equals, Operator::DoubleEquals, Operator::NotEquals]), value)
            .prop_map(|(key, operator, value)| Requirement::new(&key, operator, [value])),
        (key, prop::sample::select(vec![Operator::In, Operator::NotIn]), prop::collection::btree_set(value, 1..6))
            .prop_map(|(key, operator, values)| Requirement::new(&key, operator, values)),
        (key, prop::sample::select(vec![Operator::Exists, Operator::DoesNotExist]))
            .prop_map(|(key, operator)| Requirement::new(&key, operator, [""; 0])),
        (key, prop::sample::select(vec![Operator::GreaterThan, Operator::LessThan]), 0_u64..20)
            .prop_map(|(key, operator, bound)| Requirement::new(&key, operator, [bound.to_string()])),
    ]
    .prop_map(Result::unwrap)
}

proptest! {
    #[test]
    fn selectors_read_back_and_match_the_naive_way(
        requirements in prop::collection::vec(requirement(), 0..6),
        labels in prop::collection::btree_map("[a-c](/[a-c])?", "[a-c]?|[0-9]{1,2}", 0..5),
    ) {
        let selector = requirements.iter().cloned().fold(Selector::new(), Selector::and);
        prop_assert_eq!(selector.matches(&labels), requirements.iter().all(|r| naive(r, &labels)));
        let pairs: Vec<_> = labels.iter().collect();
        prop_assert_eq!(selector.matches(&*pairs), selector.matches(&labels));
        prop_assert_eq!(selector.to_string().parse::<Selector>(), Ok(selector.clone()));
        prop_assert_eq!(selector.clone().checked(), Ok(selector.clone()));
        if let Ok(kube) = kube_core::Selector::try_from(&selector) {
            prop_assert_eq!(kube.matches(&labels), selector.matches(&labels));
        }
        if let Some(value) = selector.requires_exact_match("a") {
            prop_assert!(!selector.matches(&labels) || labels.get("a").map(String::as_str) == Some(value));
        }
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in "\\PC{0,40}|[a-c =!()<>,/in\0\t\\\\]{0,30}") {
        if let Ok(selector) = text.parse::<Selector>() {
            prop_assert_eq!(selector.to_string().parse::<Selector>(), Ok(selector));
        }
        if let Ok(selector) = text.parse::<FieldSelector>() {
            // A second parse sorts by the canonical texts of the terms, which escapes may have changed.
            let again: FieldSelector = selector.to_string().parse().unwrap();
            let sorted = |s: &FieldSelector| { let mut r = s.requirements().to_vec(); r.sort(); r };
            prop_assert_eq!(sorted(&again), sorted(&selector));
        }
    }

    #[test]
    fn field_values_may_be_any_text(value in "\\PC{0,12}|[a,=\\\\]{0,8}", negated: bool) {
        let selector = if negated { FieldSelector::new().not_eq("a.b", &value) } else { FieldSelector::new().eq("a.b", &value) };
        prop_assert_eq!(selector.to_string().parse::<FieldSelector>(), Ok(selector.clone()));
        prop_assert_eq!(selector.matches(|_| Some(Cow::Borrowed(&*value))), !negated);
        prop_assert_eq!(selector.matches(|_| None), value.is_empty() != negated);
    }
}

#[test]
fn a_matcher_says_what_its_selector_says() {
    let interner = Interner::new();
    let selector: Selector = "app in (1, 7, 300, 701),tier!=db".parse().unwrap();
    let mut matcher = selector.matcher();
    // More sets than it remembers, and most of them gone before the next is made, perhaps where the last one was.
    for round in 0..3 {
        for app in 0..20_000 {
            let app = app.to_string();
            let pairs = [("app", app.as_str()), ("tier", if round == 1 { "db" } else { "web" })];
            let labels = interner.labels(pairs);
            let chosen = round != 1 && ["1", "7", "300", "701"].contains(&&*app);
            assert_eq!((matcher.matches(&labels), matcher.matches(&labels)), (chosen, chosen), "{pairs:?}");
        }
        assert!(!matcher.matches(&LabelSet::default()));
    }
    assert!(interner.len() <= 16_384, "what is remembered is bounded");
    drop(matcher);
    assert!(interner.is_empty());
}
