//! What goes wrong.

use std::time::Duration;

use lookglass_apiserver::{ApiServer, Fault, Restart, Verb};
use lookglass_object::{Reason, Status};

use crate::chance::Chance;

/// Something goes wrong, now and for a while. Says what, and whether everything that was stored is lost.
pub(crate) async fn strike(api: &ApiServer, chance: &mut Chance) -> (String, bool) {
    let times = chance.size(1..4);
    let lasting = chance.millis(500..120_000);
    let verb = chance.of(&[Verb::List, Verb::Watch]);
    let (name, fault) = match chance.within(0..21) {
        0 => ("cut", Fault::cut_watches()),
        1 => ("cut soon", Fault::cut_watches().after(chance.millis(1..5_000))),
        2 => ("cut in a frame", Fault::cut_mid_frame().times(times)),
        3 | 4 => {
            // Mostly within the first answer.
            let bytes = if chance.one_in(3) { chance.within(0..40) } else { chance.within(0..6_000) };
            ("cut at a byte", Fault::cut_after(bytes).verb(verb).times(times))
        }
        5 => ("no bookmarks", Fault::withhold_bookmarks().lasting(lasting)),
        6 => ("stall", Fault::stall_watches().lasting(lasting)),
        7 => ("expired", Fault::expired().verb(Verb::Watch).times(times)),
        8 => ("expired list", Fault::expired().verb(Verb::List).times(times)),
        9 => ("429", Fault::too_many_requests(Duration::from_secs(chance.within(0..90))).verb(verb).times(times)),
        10 => ("500", Fault::internal_error().verb(verb).times(times)),
        11 => ("503", Fault::unavailable().lasting(lasting)),
        12 => ("504", Fault::timeout().verb(verb).times(times)),
        13 => ("slow", Fault::delay(chance.millis(10..40_000)).verb(verb).lasting(lasting)),
        14 => ("hang", Fault::hang().verb(verb).lasting(lasting)),
        15 => ("reset", Fault::reset().verb(verb).times(times)),
        16 => {
            let status = match chance.within(0..4) {
                0 => Status::forbidden(None, "", "no such right"),
                1 => Status::unauthorized("who?"),
                2 => Status::failure(Reason::NotFound, "the server could not find the requested resource"),
                _ => Status::failure(Reason::Invalid, "sendInitialEvents is forbidden"),
            };
            ("refused", Fault::status(status).verb(verb).lasting(lasting))
        }
        17 => {
            let back = chance.within(0..20);
            api.expire_before(api.version().saturating_sub(back));
            return ("window".to_owned(), false);
        }
        18 => {
            api.compact(api.version());
            return ("compacted".to_owned(), false);
        }
        19 => {
            api.restart(Restart::Keep).await.expect("nobody else writes");
            return ("restart".to_owned(), false);
        }
        _ if chance.one_in(3) => {
            api.restart(Restart::Lose).await.expect("nobody else writes");
            return ("lost".to_owned(), true);
        }
        _ => ("too large", Fault::status(Status::too_large_resource_version(99, 9, 1)).verb(verb).times(times)),
    };
    drop(api.fault(fault.resource("configmaps")));
    (name.to_owned(), false)
}
