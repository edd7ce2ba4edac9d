//! From the text of a label selector to its requirements.

use std::str::FromStr;

use super::{
    InvalidRequirement, Operator, Requirement, Selector, SelectorError,
    lexer::{Token, tokens},
};

impl FromStr for Selector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, SelectorError> {
        Ok(Parser { tokens: tokens(text), at: 0 }.selector()?.into_iter().collect())
    }
}

impl TryFrom<&str> for Selector {
    type Error = SelectorError;

    fn try_from(text: &str) -> Result<Self, SelectorError> {
        text.parse()
    }
}

struct Parser<'a> {
    tokens: Vec<(Token, &'a str)>,
    at: usize,
}

type Parsed<T> = Result<T, SelectorError>;

impl<'a> Parser<'a> {
    fn selector(&mut self) -> Parsed<Vec<Requirement>> {
        let mut requirements = Vec::new();
        loop {
            match self.peek() {
                (Token::Identifier | Token::Not, _) => {}
                (Token::End, _) => return Ok(requirements),
                (_, found) => return unexpected(found, "!, identifier, or 'end of string'"),
            }
            requirements.push(self.requirement().map_err(SelectorError::while_parsing)?);
            match self.take() {
                (Token::End, _) => return Ok(requirements),
                (Token::Comma, _) => match self.peek() {
                    (Token::Identifier | Token::Not, _) => {}
                    (_, found) => return unexpected(found, "identifier after ','"),
                },
                (_, found) => return unexpected(found, "',' or 'end of string'"),
            }
        }
    }

    fn requirement(&mut self) -> Parsed<Requirement> {
        let negated = self.peek().0 == Token::Not;
        if negated {
            self.take();
        }
        let (token, key) = self.take();
        if token != Token::Identifier {
            return unexpected(key, "identifier");
        }
        if let Some(problem) = InvalidRequirement::key("<nil>", key) {
            return Err(SelectorError::requirement(vec![problem]));
        }
        if negated {
            return Requirement::new(key, Operator::DoesNotExist, [""; 0]);
        }
        if matches!(self.peek().0, Token::End | Token::Comma) {
            return Requirement::new(key, Operator::Exists, [""; 0]);
        }
        let operator = self.operator()?;
        let values = match operator {
            Operator::In | Operator::NotIn => self.values()?,
            _ => vec![self.value()?],
        };
        Requirement::new(key, operator, values)
    }

    fn operator(&mut self) -> Parsed<Operator> {
        // The one place where `in` and `notin` are no names.
        let (token, text) = self.take_raw();
        Ok(match token {
            Token::In => Operator::In,
            Token::NotIn => Operator::NotIn,
            Token::Equals => Operator::Equals,
            Token::DoubleEquals => Operator::DoubleEquals,
            Token::NotEquals => Operator::NotEquals,
            Token::Greater => Operator::GreaterThan,
            Token::Less => Operator::LessThan,
            _ => return unexpected(text, "in, notin, =, ==, !=, gt, lt"),
        })
    }

    /// The value after `=` and the like: nothing stands for the empty one.
    fn value(&mut self) -> Parsed<&'a str> {
        if matches!(self.peek().0, Token::End | Token::Comma) {
            return Ok("");
        }
        match self.take() {
            (Token::Identifier, value) => Ok(value),
            (_, found) => unexpected(found, "identifier"),
        }
    }

    /// The values in parentheses, sorted, each once.
    fn values(&mut self) -> Parsed<Vec<&'a str>> {
        match self.take() {
            (Token::Open, _) => {}
            (_, found) => return unexpected(found, "'('"),
        }
        let mut values = match self.peek() {
            (Token::Identifier | Token::Comma, _) => self.list()?,
            (Token::Close, _) => vec![""],
            (_, found) => return unexpected(found, "',', ')' or identifier"),
        };
        // Both ways out of the match above have seen the closing parenthesis ahead.
        self.take();
        values.sort_unstable();
        values.dedup();
        Ok(values)
    }

    /// Up to the closing parenthesis. Commas with nothing before, between or after them stand for the empty value.
    fn list(&mut self) -> Parsed<Vec<&'a str>> {
        let mut values = Vec::new();
        loop {
            match self.take() {
                (Token::Identifier, value) => {
                    values.push(value);
                    match self.peek() {
                        (Token::Comma, _) => {}
                        (Token::Close, _) => return Ok(values),
                        (_, found) => return unexpected(found, "',' or ')'"),
                    }
                }
                (Token::Comma, _) => {
                    if values.is_empty() {
                        values.push("");
                    }
                    match self.peek().0 {
                        Token::Close => {
                            values.push("");
                            return Ok(values);
                        }
                        Token::Comma => values.push(""),
                        _ => {}
                    }
                }
                (_, found) => return unexpected(found, "',', or identifier"),
            }
        }
    }

    /// The token ahead, with `in` and `notin` as the names that they are everywhere but in an operator's place.
    fn peek(&self) -> (Token, &'a str) {
        match self.peek_raw() {
            (Token::In | Token::NotIn, text) => (Token::Identifier, text),
            other => other,
        }
    }

    fn take(&mut self) -> (Token, &'a str) {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn peek_raw(&self) -> (Token, &'a str) {
        self.tokens.get(self.at).copied().unwrap_or((Token::End, ""))
    }

    fn take_raw(&mut self) -> (Token, &'a str) {
        let token = self.peek_raw();
        self.at += 1;
        token
    }
}

fn unexpected<T>(found: &str, expected: &'static str) -> Parsed<T> {
    Err(SelectorError::Syntax { found: found.into(), expected, in_requirement: false })
}
