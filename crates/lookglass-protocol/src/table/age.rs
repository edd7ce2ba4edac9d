//! Times as people like to read them.

use jiff::Timestamp;

use super::Cell;

/// How long ago a moment was.
pub(super) fn since(moment: Option<Timestamp>, now: Timestamp) -> Cell {
    match moment {
        Some(moment) => between(moment, now).into(),
        None => "<unknown>".into(),
    }
}

/// The time from one moment to another.
pub(super) fn between(from: Timestamp, to: Timestamp) -> String {
    // What is not a whole second is dropped, of negative times too.
    human(i64::try_from((to.as_nanosecond() - from.as_nanosecond()) / 1_000_000_000).unwrap_or(i64::MAX))
}

/// Two units at most, and the second one only where it matters, in the way of Go's `duration.HumanDuration`.
pub(super) fn human(seconds: i64) -> String {
    let two = |many: i64, unit: &str, few: i64, small: &str| {
        if few == 0 { format!("{many}{unit}") } else { format!("{many}{unit}{few}{small}") }
    };
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        ..-1 => "<invalid>".to_owned(),
        -1 => "0s".to_owned(),
        0..120 => format!("{seconds}s"),
        120..600 => two(minutes, "m", seconds % 60, "s"),
        600..10_800 => format!("{minutes}m"),
        10_800..28_800 => two(hours, "h", minutes % 60, "m"),
        28_800..172_800 => format!("{hours}h"),
        172_800..691_200 => two(days, "d", hours % 24, "h"),
        691_200..63_072_000 => format!("{days}d"),
        63_072_000..252_288_000 => two(days / 365, "y", days % 365, "d"),
        _ => format!("{}y", days / 365),
    }
}
