//! What the real server made up, and what ours made up in its place: [`Aliases`].
//!
//! A uid, a hash, an address or a generated name cannot be the same in both. What must be the same is which of them stand where: the
//! same recorded one is always the same one of ours, and two different ones are two different ones. So each pair is remembered when it is first
//! met, and holds from then on, in what is sent and in what is compared.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// By how many seconds a time may differ: the recorder's clock and the replay's are set to the same second, and each answer takes its time.
const TOLERANCE: i64 = 5;

/// Pairs of what the recording calls something and what our server calls it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Aliases {
    ours: BTreeMap<String, String>,
    recorded: BTreeMap<String, String>,
}

impl Aliases {
    /// Remembers a pair. Says no if either has another partner.
    pub(crate) fn learn(&mut self, recorded: &str, ours: &str) -> bool {
        let known = self.ours.get(recorded).is_none_or(|known| known == ours)
            && self.recorded.get(ours).is_none_or(|known| known == recorded);
        if known && recorded != ours {
            self.ours.insert(recorded.to_owned(), ours.to_owned());
            self.recorded.insert(ours.to_owned(), recorded.to_owned());
        }
        known
    }

    /// A text of the recording as our server knows things.
    pub(crate) fn to_ours(&self, text: &[u8]) -> Vec<u8> {
        replace(text, &self.ours)
    }

    /// A text of our server as the recording knows things.
    pub(crate) fn to_recorded(&self, text: &[u8]) -> Vec<u8> {
        replace(text, &self.recorded)
    }

    /// Whether a text of the recording and one of ours, translated, say the same. New pairs are learnt.
    pub(crate) fn same(&mut self, recorded: &str, ours: &str) -> bool {
        if recorded == ours {
            return true;
        }
        let (mut recorded, mut ours) = (recorded, ours);
        loop {
            let (plain, token, rest) = next_token(recorded);
            let (our_plain, our_token, our_rest) = next_token(ours);
            let alike = match (token, our_token) {
                (None, None) => return plain == our_plain,
                (Some(Token::Time(a)), Some(Token::Time(b))) => same_time(a, b),
                (Some(Token::Made(class, a)), Some(Token::Made(our_class, b))) => {
                    class == our_class && self.learn(a, b)
                }
                _ => false,
            };
            if plain != our_plain || !alike {
                return false;
            }
            (recorded, ours) = (rest, our_rest);
        }
    }
}

fn replace(text: &[u8], pairs: &BTreeMap<String, String>) -> Vec<u8> {
    let mut text = text.to_vec();
    for (from, to) in pairs {
        let mut done = 0;
        while let Some(at) = text[done..].windows(from.len()).position(|window| window == from.as_bytes()) {
            let at = done + at;
            text.splice(at..at + from.len(), to.bytes());
            done = at + to.len();
        }
    }
    text
}

/// Something in a text that a server made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    Time(&'t str),
    /// Of a class: only what is of the same class can stand for it.
    Made(Class, &'t str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Uid,
    Hash,
    Address,
    Volume,
}

/// The text before the next token, the token, and the text after it.
fn next_token(text: &str) -> (&str, Option<Token<'_>>, &str) {
    let starts = text.char_indices().map(|(at, _)| at);
    for at in starts {
        let boundary = !text[..at].ends_with(|before: char| before.is_ascii_alphanumeric());
        if !boundary {
            continue;
        }
        let rest = &text[at..];
        let found = measure(rest, UID).map(|length| (length, Some(Class::Uid)));
        let found = found.or_else(|| measure_time(rest).map(|length| (length, None)));
        let found = found.or_else(|| measure_hash(rest).map(|length| (length, Some(Class::Hash))));
        let found = found.or_else(|| measure_address(rest).map(|length| (length, Some(Class::Address))));
        let found = found.or_else(|| measure_volume(rest).map(|length| (length, Some(Class::Volume))));
        if let Some((length, class)) = found {
            let (token, after) = rest.split_at(length);
            let token = class.map_or(Token::Time(token), |class| Token::Made(class, token));
            return (&text[..at], Some(token), after);
        }
    }
    (text, None, "")
}

const UID: &str = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

/// The length of what `text` begins with, if it has this form: `x` a hexadecimal digit, `0` a decimal one, others themselves.
fn measure(text: &str, form: &str) -> Option<usize> {
    let begins = text.as_bytes().get(..form.len())?;
    let fits = begins.iter().zip(form.bytes()).all(|(byte, form)| match form {
        b'x' => byte.is_ascii_digit() || (b'a'..=b'f').contains(byte),
        b'0' => byte.is_ascii_digit(),
        other => *byte == other,
    });
    let ends = !text[form.len()..].starts_with(|after: char| after.is_ascii_alphanumeric());
    (fits && ends).then_some(form.len())
}

fn measure_time(text: &str) -> Option<usize> {
    let whole = "0000-00-00T00:00:00";
    let forms = ["Z", ".000000Z", ".000Z"].map(|end| format!("{whole}{end}"));
    forms.iter().find_map(|form| measure(text, form))
}

/// Of a document: 128 digits, in capitals.
fn measure_hash(text: &str) -> Option<usize> {
    let length = text.bytes().take_while(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(byte)).count();
    (length == 128).then_some(length)
}

/// `127.0.0.1:6443`, `localhost:443`.
fn measure_address(text: &str) -> Option<usize> {
    if let Some(port) = text.strip_prefix("localhost:") {
        let digits = port.bytes().take_while(u8::is_ascii_digit).count();
        return (digits > 0).then_some("localhost:".len() + digits);
    }
    let length = text.bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b':')).count();
    let address = text[..length].parse::<std::net::SocketAddrV4>();
    address.is_ok().then_some(length)
}

/// The volume that pods get for the token of their account.
fn measure_volume(text: &str) -> Option<usize> {
    let suffix = text.strip_prefix("kube-api-access-")?;
    let length = suffix.bytes().take_while(u8::is_ascii_alphanumeric).count();
    (length == 5).then_some("kube-api-access-".len() + length)
}

fn same_time(recorded: &str, ours: &str) -> bool {
    let (Ok(a), Ok(b)) = (recorded.parse::<Timestamp>(), ours.parse::<Timestamp>()) else { return false };
    recorded.len() == ours.len() && (a.as_second() - b.as_second()).abs() <= TOLERANCE
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "c88f7aff-3763-41a3-96e1-d2167e9786ce";
    const B: &str = "880abe51-aa15-4aa9-b096-77b2d7c3a6a4";
    const C: &str = "a3ccfeb9-916b-422b-a806-2d13056ee838";

    #[test]
    fn a_uid_stands_for_one_other_and_no_second() {
        let mut aliases = Aliases::default();
        assert!(aliases.same(&format!("uid {A}."), &format!("uid {B}.")));
        assert!(aliases.same(A, B));
        assert!(!aliases.same(A, C), "it has a partner");
        assert!(!aliases.same(C, B), "so has this one");
        assert_eq!(aliases.to_ours(format!("{A}/{A}").as_bytes()), format!("{B}/{B}").as_bytes());
    }

    #[test]
    fn only_what_was_made_up_may_differ() {
        let mut aliases = Aliases::default();
        assert!(!aliases.same("a", "b"));
        assert!(!aliases.same(&format!("a {A}"), &format!("b {A}")));
        assert!(!aliases.same(A, "none"));
        assert!(aliases.same("at 127.0.0.1:6443", "at localhost:1"));
        assert!(!aliases.same("127.0.0.1", "10.0.0.1"), "without a port it is a value");
    }

    #[test]
    fn times_may_differ_by_seconds_and_not_in_form() {
        let mut aliases = Aliases::default();
        assert!(aliases.same("2026-11-21T02:43:56Z", "2026-11-21T02:43:57Z"));
        assert!(!aliases.same("2026-11-21T02:43:56Z", "2026-11-21T02:44:57Z"));
        assert!(!aliases.same("2026-11-21T02:43:56Z", "2026-11-21T02:43:56.000000Z"));
    }
}
