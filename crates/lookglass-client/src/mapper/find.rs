//! Which resource a name or kind stands for, in what a server serves.

use lookglass_object::{Gvk, Gvr};

use super::Mapping;
use crate::{ApiGroup, ApiResource, ApiVersion, Apis};

/// Why there is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Miss {
    Unknown,
    Ambiguous(Vec<Gvr>),
}

/// By kind: in one version, or in the preferred one that has it.
pub(super) fn by_kind(apis: &Apis, kind: &Gvk) -> Result<Mapping, Miss> {
    let groups = apis.groups().iter().filter(|group| group.name() == kind.group());
    first_of_kind(groups, kind.version(), |resource| resource.gvk.kind() == kind.kind())
}

/// By resource: plural, singular or short name; group and version may be empty, and the group may be the beginning of one.
pub(super) fn by_resource(apis: &Apis, wanted: &Gvr) -> Result<Mapping, Miss> {
    let name = wanted.resource().to_ascii_lowercase();
    let (group, version) = (wanted.group(), wanted.version());
    if name.is_empty() {
        return Err(Miss::Unknown);
    }
    let exact = |it: &&ApiGroup| group.is_empty() || it.name() == group;
    let found = by_full_name(apis.groups().iter().filter(exact), version, &name)
        .or_else(|miss| miss.or(|| by_short_name(apis.groups().iter().filter(exact), version, &name)));
    // A version together with half a group is more likely to be part of a group's name.
    if group.is_empty() || !version.is_empty() {
        return found;
    }
    let begins = |it: &&ApiGroup| it.name().starts_with(group);
    found
        .or_else(|miss| miss.or(|| by_full_name(apis.groups().iter().filter(begins), version, &name)))
        .or_else(|miss| miss.or(|| by_short_name(apis.groups().iter().filter(begins), version, &name)))
}

/// By what people write.
pub(super) fn by_name(apis: &Apis, text: &str) -> Result<Mapping, Miss> {
    let (name, group) = text.split_once('.').unwrap_or((text, ""));
    let full =
        group.split_once('.').map(|(version, group)| Gvr::new(group.to_owned(), version.to_owned(), name.to_owned()));
    let short = Gvr::new(group.to_owned(), "", name.to_owned());
    let forms = || full.iter().chain([&short]);
    let by_resource = forms().map(|form| by_resource_in_full(apis, form));
    // Most kinds are their resource's singular, but not all.
    let mut looks = by_resource.chain(forms().map(|form| by_loose_kind(apis, form)));
    looks.find(|found| *found != Err(Miss::Unknown)).unwrap_or(Err(Miss::Unknown))
}

impl Miss {
    /// Looks elsewhere, unless there is too much already.
    fn or(self, elsewhere: impl FnOnce() -> Result<Mapping, Self>) -> Result<Mapping, Self> {
        match self {
            Self::Unknown => elsewhere(),
            ambiguous @ Self::Ambiguous(_) => Err(ambiguous),
        }
    }
}

/// As [`by_resource`], where a version without a group means the core group: `pods.v1.`.
fn by_resource_in_full(apis: &Apis, wanted: &Gvr) -> Result<Mapping, Miss> {
    if wanted.group().is_empty() && !wanted.version().is_empty() {
        let core = apis.groups().iter().filter(|group| group.name().is_empty());
        return by_full_name(core, wanted.version(), &wanted.resource().to_ascii_lowercase());
    }
    by_resource(apis, wanted)
}

/// By a kind in any case, in any group if none is named.
fn by_loose_kind(apis: &Apis, wanted: &Gvr) -> Result<Mapping, Miss> {
    let groups = apis.groups().iter().filter(|it| wanted.group().is_empty() || it.name() == wanted.group());
    first_of_kind(groups, wanted.version(), |resource| resource.gvk.kind().eq_ignore_ascii_case(wanted.resource()))
}

/// The groups' versions in the order of preference, or only those of a name.
fn versions<'a>(groups: impl Iterator<Item = &'a ApiGroup>, version: &str) -> impl Iterator<Item = &'a ApiVersion> {
    let wanted = move |it: &&ApiVersion| version.is_empty() || it.group_version().version() == version;
    groups.flat_map(ApiGroup::by_preference).filter(wanted)
}

fn first_of_kind<'a>(
    groups: impl Iterator<Item = &'a ApiGroup>,
    version: &str,
    is_wanted: impl Fn(&ApiResource) -> bool,
) -> Result<Mapping, Miss> {
    for version in versions(groups, version) {
        let matching: Vec<_> = version.resources().iter().filter(|resource| is_wanted(resource)).collect();
        let bears_its_plural = |it: &&&ApiResource| it.gvr.resource() == plural_of(it.gvk.kind());
        match matching[..] {
            [] => {}
            [one] => return Ok(Mapping::of(one.clone())),
            _ => match matching.iter().find(bears_its_plural) {
                Some(one) => return Ok(Mapping::of((*one).clone())),
                None => return Err(ambiguous(&matching)),
            },
        }
    }
    Err(Miss::Unknown)
}

/// The first version that has a plural of this name, or else a singular.
fn by_full_name<'a>(groups: impl Iterator<Item = &'a ApiGroup>, version: &str, name: &str) -> Result<Mapping, Miss> {
    for version in versions(groups, version) {
        if let Some(resource) = version.resource(name) {
            return Ok(Mapping::of(resource.clone()));
        }
        let singular = |resource: &&ApiResource| {
            let said = &resource.singular;
            if said.is_empty() { resource.gvk.kind().eq_ignore_ascii_case(name) } else { said == name }
        };
        let matching: Vec<_> = version.resources().iter().filter(singular).collect();
        match matching[..] {
            [] => {}
            [one] => return Ok(Mapping::of(one.clone())),
            _ => return Err(ambiguous(&matching)),
        }
    }
    Err(Miss::Unknown)
}

/// The first resource, in the server's order, that has this short name; in the version that is preferred.
fn by_short_name<'a>(
    groups: impl Iterator<Item = &'a ApiGroup> + Clone,
    version: &str,
    name: &str,
) -> Result<Mapping, Miss> {
    let has_it = |resource: &&ApiResource| resource.short_names.iter().any(|short| short == name);
    let mut names: Vec<(String, &ApiGroup, &ApiResource)> = Vec::new();
    for group in groups {
        // In the server's order, also among the versions: so client-go finds the first.
        let of_version =
            group.versions().iter().filter(|it| version.is_empty() || it.group_version().version() == version);
        for resource in of_version.flat_map(ApiVersion::resources).filter(has_it) {
            let group_resource = resource.gvr.group_resource();
            if names.iter().all(|(known, ..)| *known != group_resource) {
                names.push((group_resource, group, resource));
            }
        }
    }
    let mut names = names.into_iter();
    let Some((_, group, resource)) = names.next() else { return Err(Miss::Unknown) };
    let preferred = versions([group].into_iter(), version).find_map(|it| it.resource(resource.gvr.resource()));
    let mapping = Mapping::of(preferred.unwrap_or(resource).clone());
    Ok(Mapping { shadowed: names.map(|(name, ..)| name).collect(), ..mapping })
}

fn ambiguous(matching: &[&ApiResource]) -> Miss {
    Miss::Ambiguous(matching.iter().map(|resource| resource.gvr.clone()).collect())
}

/// The plural that a kind's resource has by custom: client-go's guess.
fn plural_of(kind: &str) -> String {
    let singular = kind.to_ascii_lowercase();
    match singular.strip_suffix('y') {
        _ if singular.ends_with("endpoints") => singular,
        Some(stem) => format!("{stem}ies"),
        None if singular.ends_with('s') => format!("{singular}es"),
        None => format!("{singular}s"),
    }
}
