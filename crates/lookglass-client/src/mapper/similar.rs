//! What somebody may have meant.

use crate::Apis;

/// No more than so many are proposed.
const MOST: usize = 3;

/// Resources, as `deployments.apps`, that have a name much like the wanted one; the most alike first.
pub(super) fn similar(apis: &Apis, wanted: &str) -> Vec<String> {
    let wanted = wanted.to_lowercase();
    // In a short word a single letter makes another word.
    let most = (wanted.chars().count() / 3).min(3);
    let mut found: Vec<(usize, String)> = Vec::new();
    for resource in apis.preferred() {
        let kind = resource.gvk.kind().to_lowercase();
        let names = [resource.gvr.resource(), &resource.singular, &kind];
        let best = names.into_iter().map(|name| distance(&wanted, name)).min();
        if let Some(best) = best.filter(|best| *best <= most) {
            found.push((best, resource.gvr.group_resource()));
        }
    }
    // Stable: among equals the server's order holds.
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().take(MOST).map(|(_, name)| name).collect()
}

/// How many letters have to be changed, added or left out (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (at, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
