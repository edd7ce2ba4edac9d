//! What Go says of texts that are no times and no base64.

use lookglass_object::Quoted;

/// The elements of a layout, in the order in which Go reads a text by them.
const ELEMENTS: [&str; 13] = ["2006", "-", "01", "-", "02", "T", "15", ":", "04", ":", "05", ".000000", "Z07:00"];

/// The complaint of Go's `time.Parse` about a text that is not `2006-01-02T15:04:05Z07:00`, or with `micros` not
/// `2006-01-02T15:04:05.000000Z07:00`. `None` if Go has none.
pub(crate) fn time(text: &str, micros: bool) -> Option<String> {
    let layout = if micros { "2006-01-02T15:04:05.000000Z07:00" } else { "2006-01-02T15:04:05Z07:00" };
    let mut rest = text.as_bytes();
    let (mut year, mut month, mut day) = (0, 0, 0);
    let said = |what: &str| Some(format!("parsing time {}: {what}", Quoted(text)));
    for element in ELEMENTS.iter().filter(|element| micros || **element != ".000000") {
        let hold = rest;
        let range = match *element {
            "2006" => {
                rest.first().filter(|byte| byte.is_ascii_digit()).and_then(|_| number(&mut rest, 4, 4)).map(|value| {
                    year = value;
                    None
                })
            }
            "01" => number(&mut rest, 2, 2).map(|value| {
                month = value;
                (!(1..=12).contains(&value)).then_some("month")
            }),
            "02" => number(&mut rest, 2, 2).map(|value| {
                day = value;
                None
            }),
            "15" => number(&mut rest, 1, 2).map(|value| (value > 23).then_some("hour")),
            "04" => number(&mut rest, 2, 2).map(|value| (value > 59).then_some("minute")),
            "05" => number(&mut rest, 2, 2).map(|value| {
                // A fraction may stand here though the layout has none.
                if let [b'.' | b',', byte, ..] = rest
                    && byte.is_ascii_digit()
                    && !micros
                {
                    let digits = rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                    rest = &rest[1 + digits..];
                }
                (value > 59).then_some("second")
            }),
            ".000000" => fraction(&mut rest),
            "Z07:00" => zone(&mut rest),
            literal => {
                let there = rest.strip_prefix(literal.as_bytes());
                rest = there.unwrap_or(rest);
                there.map(|_| None)
            }
        };
        match range {
            Some(None) => {}
            Some(Some(what)) => return said(&format!("{what} out of range")),
            None => {
                let (hold, layout) = (String::from_utf8_lossy(hold), Quoted(layout));
                let text = Quoted(text);
                return Some(format!(
                    "parsing time {text} as {layout}: cannot parse {} as {}",
                    Quoted(&hold),
                    Quoted(element)
                ));
            }
        }
    }
    if !rest.is_empty() {
        return said(&format!("extra text: {}", Quoted(&String::from_utf8_lossy(rest))));
    }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if (1..=days).contains(&day) { None } else { said("day out of range") }
}

/// What is out of range, in a value that can be read.
type Range = Option<&'static str>;

fn number(rest: &mut &[u8], least: usize, most: usize) -> Option<u32> {
    let digits = rest.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
    if digits < least {
        return None;
    }
    let (number, after) = rest.split_at(digits);
    *rest = after;
    std::str::from_utf8(number).ok()?.parse().ok()
}

fn fraction(rest: &mut &[u8]) -> Option<Range> {
    let (fraction, after) = rest.split_at_checked(7)?;
    let is_fraction = matches!(fraction[0], b'.' | b',') && fraction[1..].iter().all(u8::is_ascii_digit);
    is_fraction.then(|| *rest = after)?;
    Some(None)
}

fn zone(rest: &mut &[u8]) -> Option<Range> {
    if let Some(after) = rest.strip_prefix(b"Z") {
        *rest = after;
        return Some(None);
    }
    let (zone, after) = rest.split_at_checked(6)?;
    let (mut hours, mut minutes) = (&zone[1..3], &zone[4..6]);
    if !matches!(zone[0], b'+' | b'-') || zone[3] != b':' {
        return None;
    }
    let (hours, minutes) = (number(&mut hours, 2, 2)?, number(&mut minutes, 2, 2)?);
    *rest = after;
    Some(match (hours, minutes) {
        (25.., _) => Some("time zone offset hour"),
        (_, 61..) => Some("time zone offset minute"),
        _ => None,
    })
}

/// One of Go's encodings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base64 {
    /// `StdEncoding`.
    Standard,
    /// `RawURLEncoding`, which has no padding.
    RawUrl,
}

impl Base64 {
    /// The complaint of Go's decoder about a text; `None` if it has none.
    pub(crate) fn words(self, text: &str) -> Option<String> {
        self.error(text.as_bytes()).map(|at| format!("illegal base64 data at input byte {at}"))
    }

    fn error(self, text: &[u8]) -> Option<usize> {
        let padded = self == Self::Standard;
        let signs = if padded { b"+/" } else { b"-_" };
        let mut bytes = (text.iter().enumerate()).filter(|(_, byte)| !matches!(byte, b'\r' | b'\n')).peekable();
        // How many digits of a group of four have been read.
        let mut digits = 0;
        while let Some((at, byte)) = bytes.next() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => digits = (digits + 1) % 4,
                byte if signs.contains(byte) => digits = (digits + 1) % 4,
                b'=' if padded && digits >= 2 => {
                    if digits == 2 {
                        match bytes.next() {
                            None => return Some(text.len()),
                            Some((_, b'=')) => {}
                            Some((next, _)) => return Some(next - 1),
                        }
                    }
                    return bytes.peek().map(|(at, _)| *at);
                }
                _ => return Some(at),
            }
        }
        (digits == 1 || padded && digits > 0).then(|| text.len() - digits)
    }
}
