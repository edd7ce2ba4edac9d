//! Any name on any server, beside a slow and simple way to look it up.

use lookglass_object::{Gvk, Gvr};
use proptest::{prelude::*, sample::select};

use crate::{
    ApiResource, Apis,
    discovery::tests::surface::{GROUPS, NAMES, VERSIONS, run, surfaces},
    mapper::find::{self, Miss},
};

/// All resources, in the order of preference, each with the rank of its version.
fn ranked(apis: &Apis) -> Vec<(usize, &ApiResource)> {
    let mut ranked: Vec<(usize, &ApiResource)> = Vec::new();
    for group in apis.groups() {
        let mut versions: Vec<_> = group.versions().iter().collect();
        versions.sort_by_key(|version| *version != group.preferred().unwrap());
        for version in versions {
            let rank = ranked.last().map_or(0, |(rank, _)| rank + 1);
            ranked.extend(version.resources().iter().map(|resource| (rank, resource)));
        }
    }
    ranked
}

/// Every resource that may be meant is given marks, and the one with the lowest wins.
fn naive(apis: &Apis, wanted: &Gvr) -> Result<Gvr, Miss> {
    let name = wanted.resource();
    let mut candidates: Vec<((usize, usize, usize), &Gvr)> = Vec::new();
    for (rank, resource) in ranked(apis) {
        let gvr = &resource.gvr;
        let exact = wanted.group().is_empty() || gvr.group() == wanted.group();
        let begins = wanted.version().is_empty() && gvr.group().starts_with(wanted.group());
        if (!exact && !begins) || (!wanted.version().is_empty() && gvr.version() != wanted.version()) {
            continue;
        }
        let kind = resource.gvk.kind().to_lowercase();
        let singular = if resource.singular.is_empty() { &kind } else { &resource.singular };
        let class = if exact { 0 } else { 2 };
        if gvr.resource() == name {
            candidates.push(((class, rank, 0), gvr));
        } else if singular == name {
            candidates.push(((class, rank, 1), gvr));
        }
    }
    // Short names: the first in the server's own order, whatever version that is, and then its preferred version.
    for (class, exact) in [(1, true), (3, false)] {
        let first = apis.resources().find(|resource| {
            let gvr = &resource.gvr;
            let group = if exact {
                wanted.group().is_empty() || gvr.group() == wanted.group()
            } else {
                wanted.version().is_empty() && gvr.group().starts_with(wanted.group())
            };
            group
                && (wanted.version().is_empty() || gvr.version() == wanted.version())
                && resource.short_names.iter().any(|it| it == name)
        });
        if let Some(first) = first {
            let same = |it: &Gvr| {
                it.group() == first.gvr.group()
                    && it.resource() == first.gvr.resource()
                    && (wanted.version().is_empty() || it.version() == wanted.version())
            };
            let (_, best) = ranked(apis).into_iter().find(|(_, it)| same(&it.gvr)).unwrap();
            candidates.push(((class, 0, 0), &best.gvr));
        }
    }
    let Some(best) = candidates.iter().map(|(marks, _)| *marks).min() else { return Err(Miss::Unknown) };
    let best: Vec<_> = candidates.into_iter().filter(|(marks, _)| *marks == best).map(|(_, gvr)| gvr.clone()).collect();
    if let [one] = &best[..] { Ok(one.clone()) } else { Err(Miss::Ambiguous(best)) }
}

fn queries() -> impl Strategy<Value = Gvr> {
    let groups = GROUPS.iter().copied().chain(["a", "b.i", "c"]).collect::<Vec<_>>();
    let versions = VERSIONS.iter().copied().chain([""; 4]).collect::<Vec<_>>();
    let names = NAMES.iter().copied().chain(["eff", "nope"]).collect::<Vec<_>>();
    (select(groups), select(versions), select(names)).prop_map(|(group, version, name)| Gvr::new(group, version, name))
}

proptest! {
    #[test]
    fn a_name_means_what_the_slow_way_finds(surface in surfaces(), queries in proptest::collection::vec(queries(), 8)) {
        let apis = run(surface.apis(true));
        for query in queries {
            let found = find::by_resource(&apis, &query).map(|mapping| mapping.gvr().clone());
            prop_assert_eq!(&found, &naive(&apis, &query), "{}", query);
            // What a person writes in full means the same.
            if !query.group().is_empty() && !query.version().is_empty() && found.is_ok() {
                let written = format!("{}.{}.{}", query.resource(), query.version(), query.group());
                prop_assert_eq!(find::by_name(&apis, &written).map(|mapping| mapping.gvr().clone()), found);
            }
        }
        // Every kind leads to a resource of it, or to a choice of them.
        for resource in apis.resources() {
            match find::by_kind(&apis, &resource.gvk) {
                Ok(mapping) => prop_assert_eq!(mapping.gvk(), &resource.gvk),
                Err(miss) => prop_assert!(matches!(&miss, Miss::Ambiguous(all) if all.contains(&resource.gvr)), "{:?}", miss),
            }
            prop_assert_eq!(find::by_resource(&apis, &resource.gvr).map(|it| it.resource), Ok(resource.clone()));
        }
        prop_assert_eq!(find::by_kind(&apis, &Gvk::new("a.io", "v1", "Nope")), Err(Miss::Unknown));
    }
}
