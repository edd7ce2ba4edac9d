//! Tokens of a label selector, cut exactly as Kubernetes' lexer cuts them.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    End,
    Close,
    Comma,
    Not,
    DoubleEquals,
    Equals,
    Greater,
    Identifier,
    In,
    Less,
    NotEquals,
    NotIn,
    Open,
}

/// All tokens with their texts; the last one is `End`.
pub(super) fn tokens(input: &str) -> Vec<(Token, &str)> {
    let mut lexer = Lexer { input, at: 0 };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.next();
        tokens.push(token);
        if token.0 == Token::End {
            return tokens;
        }
    }
}

struct Lexer<'a> {
    input: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn next(&mut self) -> (Token, &'a str) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
        match self.peek() {
            // Go's lexer takes a zero byte for the end of the text here, and for the end of a word below.
            None | Some(0) => (Token::End, ""),
            Some(b) if is_symbol(b) => self.symbol(),
            Some(_) => self.word(),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.input.as_bytes().get(self.at).copied()
    }

    /// The text from `start` to here. All cuts are made at ASCII bytes, so it is never empty by accident.
    fn since(&self, start: usize) -> &'a str {
        self.input.get(start..self.at).unwrap_or_default()
    }

    fn symbol(&mut self) -> (Token, &'a str) {
        let start = self.at;
        let mut found = Token::End;
        while let Some(token) = self.input.get(start..=self.at).and_then(symbol) {
            found = token;
            self.at += 1;
        }
        let text = self.since(start);
        self.skip_zero();
        (found, text)
    }

    fn word(&mut self) -> (Token, &'a str) {
        let start = self.at;
        while self.peek().is_some_and(|b| b != 0 && !is_symbol(b) && !is_space(b)) {
            self.at += 1;
        }
        let text = self.since(start);
        self.skip_zero();
        let token = match text {
            "in" => Token::In,
            "notin" => Token::NotIn,
            _ => Token::Identifier,
        };
        (token, text)
    }

    /// A zero byte that ended a token has been read by it.
    fn skip_zero(&mut self) {
        if self.peek() == Some(0) {
            self.at += 1;
        }
    }
}

fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\r' | b'\n')
}

fn is_symbol(b: u8) -> bool {
    matches!(b, b'=' | b'!' | b'(' | b')' | b',' | b'>' | b'<')
}

fn symbol(text: &str) -> Option<Token> {
    Some(match text {
        ")" => Token::Close,
        "," => Token::Comma,
        "!" => Token::Not,
        "==" => Token::DoubleEquals,
        "=" => Token::Equals,
        ">" => Token::Greater,
        "<" => Token::Less,
        "!=" => Token::NotEquals,
        "(" => Token::Open,
        _ => return None,
    })
}
