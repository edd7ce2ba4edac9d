//! Times as Kubernetes writes them: seconds (and microseconds) since 1970 in protobuf, RFC 3339 in JSON.

/// Seconds from 1970 to the start of year 1, Go's zero time, which JSON writes as `null`.
pub(super) const ZERO: i64 = -62_135_596_800;
/// The end of year 9999, the last that RFC 3339 can write.
const END: i64 = 253_402_300_799;
/// The start of year 0, the first that RFC 3339 can write.
const START: i64 = -62_167_219_200;

/// The text of a time on the stack.
pub(super) struct Text {
    bytes: [u8; 27],
    length: usize,
}

impl Text {
    pub(super) fn as_str(&self) -> &str {
        // Only ASCII is written below; an impossible failure shows as an empty text.
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

/// `2006-01-02T15:04:05Z`, with `.000000` of microseconds when asked; `None` outside the years 0 to 9999.
pub(super) fn format(seconds: i64, micros: Option<u32>) -> Option<Text> {
    if !(START..=END).contains(&seconds) {
        return None;
    }
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let mut text = Text { bytes: *b"0000-00-00T00:00:00.000000Z", length: 27 };
    let mut put = |at: usize, width: usize, mut value: i64| {
        for index in (at..at + width).rev() {
            text.bytes[index] = b'0' + (value % 10) as u8;
            value /= 10;
        }
    };
    put(0, 4, year);
    put(5, 2, month);
    put(8, 2, day);
    put(11, 2, second / 3600);
    put(14, 2, second / 60 % 60);
    put(17, 2, second % 60);
    match micros {
        Some(micros) => put(20, 6, i64::from(micros)),
        None => {
            text.bytes[19] = b'Z';
            text.length = 20;
        }
    }
    Some(text)
}

/// Seconds since 1970 and nanoseconds of an RFC 3339 time, as strict as Go's parser; with `micros`, exactly six digits of
/// fraction are wanted.
pub(super) fn parse(text: &[u8], micros: bool) -> Option<(i64, u32)> {
    let (head, mut rest) = text.split_at_checked(19)?;
    let digits = |range: std::ops::Range<usize>| number(&head[range]);
    if [head[4], head[7], head[10], head[13], head[16]] != *b"--T::" {
        return None;
    }
    let (year, month, day) = (digits(0..4)?, digits(5..7)?, digits(8..10)?);
    let (hour, minute, second) = (digits(11..13)?, digits(14..16)?, digits(17..19)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut nanos = 0;
    if let [b'.' | b',', fraction @ ..] = rest {
        let count = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 || micros && count != 6 {
            return None;
        }
        let digits = fraction[..count].iter().chain(std::iter::repeat(&b'0')).take(9);
        nanos = digits.fold(0, |nanos, digit| nanos * 10 + u32::from(digit - b'0'));
        rest = &fraction[count..];
    } else if micros {
        return None;
    }
    let offset = match rest {
        [b'Z'] => 0,
        [sign @ (b'+' | b'-'), zone @ ..] if zone.len() == 5 && zone[2] == b':' => {
            let (hours, minutes) = (number(&zone[..2])?, number(&zone[3..])?);
            if hours > 24 || minutes > 60 {
                return None;
            }
            (hours * 3600 + minutes * 60) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    Some((days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset, nanos))
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0')))
}

/// Days since 1970 of a date in the proleptic Gregorian calendar: years begin in March, so that the leap day is the last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The date of a day since 1970.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let month_of_year = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month_of_year <= 2), month_of_year, day_of_year - (153 * month + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_times() {
        assert_eq!(format(1_136_214_245, None).unwrap().as_str(), "2006-01-02T15:04:05Z");
        assert_eq!(format(-1, Some(7)).unwrap().as_str(), "1969-12-31T23:59:59.000007Z");
        assert_eq!(format(ZERO, None).unwrap().as_str(), "0001-01-01T00:00:00Z");
        assert!(format(END + 1, None).is_none() && format(i64::MIN, None).is_none());
        assert_eq!(parse(b"2024-02-29T00:00:00+01:00", false), Some((1_709_161_200, 0)));
        assert_eq!(parse(b"1970-01-01T00:00:01.5Z", false), Some((1, 500_000_000)));
        for wrong in [
            "2023-02-29T00:00:00Z",
            "2023-01-01T24:00:00Z",
            "2023-01-01 00:00:00Z",
            "2023-01-01T00:00:00",
            "",
            "2023-01-01T00:00:00.Z",
        ] {
            assert_eq!(parse(wrong.as_bytes(), false), None, "{wrong}");
        }
        assert_eq!(parse(b"2023-01-01T00:00:00Z", true), None);
        assert_eq!(parse(b"2023-01-01T00:00:00.12345Z", true), None);
    }

    proptest! {
        #[test]
        fn times_come_back(seconds in START..=END, micros in 0_u32..1_000_000) {
            let text = format(seconds, Some(micros)).unwrap();
            prop_assert_eq!(parse(text.as_str().as_bytes(), true), Some((seconds, micros * 1000)));
            let text = format(seconds, None).unwrap();
            prop_assert_eq!(parse(text.as_str().as_bytes(), false), Some((seconds, 0)));
        }

        #[test]
        fn no_text_panics(text in "[0-9TZ:.+-]{0,40}") {
            parse(text.as_bytes(), false);
        }
    }
}
