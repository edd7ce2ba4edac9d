//! The text of one quantity.

use std::borrow::Cow;

/// What is said of a text that is no quantity.
pub(super) const MALFORMED: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const SUFFIX: &str = "unable to parse quantity's suffix";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Binary,
    Decimal,
    Exponent,
}

const SUFFIXES: [(&str, i32, Format); 15] = [
    ("Ki", 10, Format::Binary),
    ("Mi", 20, Format::Binary),
    ("Gi", 30, Format::Binary),
    ("Ti", 40, Format::Binary),
    ("Pi", 50, Format::Binary),
    ("Ei", 60, Format::Binary),
    ("n", -9, Format::Decimal),
    ("u", -6, Format::Decimal),
    ("m", -3, Format::Decimal),
    ("", 0, Format::Decimal),
    ("k", 3, Format::Decimal),
    ("M", 6, Format::Decimal),
    ("G", 9, Format::Decimal),
    ("T", 12, Format::Decimal),
    ("P", 15, Format::Decimal),
];

/// The suffix of 10^18, which looks like the beginning of an exponent.
const EXA: (&str, i32, Format) = ("E", 18, Format::Decimal);

/// More digits than Go's fast path takes; it also keeps the text of some quantities that are not quite canonical.
const FAST_DIGITS: usize = 18;

/// The text that Go writes for a quantity.
///
/// Numbers beyond some 38 digits stay as they are.
pub(super) fn rewritten(text: &str) -> Result<Cow<'_, str>, &'static str> {
    if text.is_empty() {
        return Err(MALFORMED);
    }
    let parts = Parts::of(text)?;
    Ok(parts.canonical().map_or(Cow::Borrowed(text), Cow::Owned))
}

struct Parts<'a> {
    negative: bool,
    /// Without zeros in front, but one if nothing else is there.
    whole: &'a str,
    fraction: &'a str,
    exponent: i32,
    format: Format,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Result<Self, &'static str> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let digits = |text: &'a str| text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
        let (whole, rest) = digits(unsigned);
        let whole = whole.trim_start_matches('0');
        let (fraction, suffix) = rest.strip_prefix('.').map_or(("", rest), digits);
        let letters = suffix.trim_start_matches(|c| "eEinumkKMGTP".contains(c));
        let number = letters.strip_prefix(['+', '-']).unwrap_or(letters);
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(MALFORMED);
        }
        let known = SUFFIXES.iter().chain([&EXA]).find(|(known, ..)| *known == suffix);
        let (exponent, format) = match known {
            Some((_, exponent, format)) => (*exponent, *format),
            None => {
                let number = suffix.strip_prefix(['e', 'E']).and_then(|number| number.parse().ok());
                (number.ok_or(SUFFIX)?, Format::Exponent)
            }
        };
        let whole = if whole.is_empty() { "0" } else { whole };
        Ok(Self { negative: text.starts_with('-'), whole, fraction, exponent, format })
    }

    /// `None` if the text is to stay.
    fn canonical(&self) -> Option<String> {
        let digits: i128 = [self.whole, self.fraction].concat().parse().ok()?;
        let scale = i32::try_from(self.fraction.len()).ok()?;
        if self.is_kept(digits) {
            return None;
        }
        if digits == 0 {
            return Some("0".into());
        }
        let mut format = self.format;
        // The value is `amount` times ten to the power of `ten`.
        let (mut amount, mut ten) = match format {
            Format::Binary => {
                let amount = digits.checked_mul(1_i128.checked_shl(self.exponent.unsigned_abs())?)?;
                (amount, -scale)
            }
            Format::Decimal | Format::Exponent => (digits, self.exponent.checked_sub(scale)?),
        };
        // Nothing is smaller than a billionth, and what is not nothing stays that.
        while ten < -9 {
            amount = amount / 10 + i128::from(amount % 10 != 0);
            ten += 1;
        }
        while amount % 10 == 0 {
            amount /= 10;
            ten += 1;
        }
        if format == Format::Binary {
            match ten {
                0.. => {
                    let whole = amount.checked_mul(10_i128.checked_pow(ten.unsigned_abs())?)?.min(i128::from(i64::MAX));
                    if whole >= 1024 {
                        return Some(self.signed(whole, binary));
                    }
                    format = Format::Decimal;
                }
                // Parts of a byte are shown and not rounded.
                _ => format = Format::Decimal,
            }
        }
        while ten % 3 != 0 {
            amount = amount.checked_mul(10)?;
            ten -= 1;
        }
        let suffix = match format {
            Format::Exponent if ten == 0 => String::new(),
            Format::Exponent => format!("e{ten}"),
            _ => {
                let suffixes = SUFFIXES.iter().chain([&EXA]);
                suffixes.clone().find(|(_, power, format)| *power == ten && *format == Format::Decimal)?.0.to_owned()
            }
        };
        Some(self.signed(amount, |amount| format!("{amount}{suffix}")))
    }

    fn signed(&self, amount: i128, write: impl Fn(i128) -> String) -> String {
        format!("{}{}", if self.negative { "-" } else { "" }, write(amount))
    }

    /// Whether Go takes the text for canonical at first sight.
    fn is_kept(&self, digits: i128) -> bool {
        let shifted = [self.whole, self.fraction].concat();
        match self.format {
            Format::Binary => {
                // About the decimal digits of the power of two.
                let room = 15 - self.whole.len() as i64 - i64::from(self.exponent * 3 / 10) - 1;
                self.fraction.is_empty() && room >= 0 && digits & 7 != 0
            }
            Format::Decimal | Format::Exponent => {
                let scale = i64::from(self.exponent) - self.fraction.len() as i64;
                shifted.len() <= FAST_DIGITS
                    && scale >= -9
                    && scale % 3 == 0
                    && !shifted.ends_with("000")
                    && !shifted.starts_with('0')
            }
        }
    }
}

fn binary(mut whole: i128) -> String {
    let mut power = 0;
    while whole % 1024 == 0 && power < 60 {
        whole /= 1024;
        power += 10;
    }
    let suffix = SUFFIXES.iter().find(|(_, known, format)| *known == power && *format == Format::Binary);
    format!("{whole}{}", suffix.map_or("", |(suffix, ..)| suffix))
}

#[cfg(test)]
mod tests {
    use super::rewritten;
    use crate::body::go_words::compare;

    /// Go's own answers, as JSON.
    #[test]
    fn any_quantity_is_written_as_go_writes_it() {
        compare("quantity", |input| match rewritten(input.trim()) {
            Ok(text) => format!("\"{text}\""),
            Err(why) => why.to_owned(),
        });
    }

    #[test]
    fn quantities_are_written_as_go_writes_them() {
        for (text, canonical) in [
            ("1000m", "1"),
            ("1024Mi", "1Gi"),
            ("1Gi", "1Gi"),
            ("0.5Gi", "512Mi"),
            ("1.5Gi", "1536Mi"),
            ("1.1Ki", "1126400m"),
            ("512Ki", "512Ki"),
            ("1000Ki", "1000Ki"),
            ("8Ki", "8Ki"),
            ("0.5Ki", "512"),
            ("100m", "100m"),
            ("0.1", "100m"),
            ("1.5", "1500m"),
            ("2000", "2k"),
            ("2500", "2500"),
            ("2048Ki", "2Mi"),
            ("0.0001", "100u"),
            ("1e3", "1e3"),
            ("1E3", "1E3"),
            ("12e2", "1200"),
            ("1000e3", "1e6"),
            ("0", "0"),
            ("000", "0"),
            ("0Gi", "0"),
            ("-1000m", "-1"),
            ("5.0", "5"),
            ("10E", "10E"),
            ("0.0000000001", "1n"),
            ("1.", "1."),
            ("9999999999999999999999999999999999999999999999", "9999999999999999999999999999999999999999999999"),
        ] {
            assert_eq!(rewritten(text).as_deref(), Ok(canonical), "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in ["", "abc", "1 Gi", "1GiB", "1e3x", "²"] {
            assert_eq!(rewritten(text), Err(super::MALFORMED), "{text}");
        }
        for text in ["1ki", "1ee3", "1Kim", "--1"] {
            assert_eq!(rewritten(text), Err(super::SUFFIX), "{text}");
        }
    }
}
