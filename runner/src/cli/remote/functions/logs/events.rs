//! Server-sent events, as their bytes come.

/// An event is at most so large, in bytes: a call writes a hundred lines of ten thousand characters.
const LARGEST: usize = 16 * 1024 * 1024;

/// An event.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Event {
    /// By which the stream goes on after it. Empty when it has none.
    pub id: String,
    /// Its name. Empty when it has none.
    pub name: String,
    /// Its lines of data.
    pub data: String,
}

/// An event is larger than any of a log.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event of more than {LARGEST} bytes")]
pub struct TooLarge;

/// Puts events together.
#[derive(Debug, Default)]
pub struct Events {
    line: Vec<u8>,
    event: Event,
    size: usize,
    /// The last byte was the first of a line break that may have two.
    after_return: bool,
}

impl Events {
    /// Takes bytes, and gives the events that end in them.
    ///
    /// # Errors
    /// When an event is too large.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Vec<Event>, TooLarge> {
        let mut ended = Vec::new();
        for &byte in bytes {
            let follows = std::mem::take(&mut self.after_return);
            match byte {
                b'\n' if follows => {}
                b'\n' | b'\r' => {
                    self.after_return = byte == b'\r';
                    ended.extend(self.end_line());
                }
                byte => {
                    self.size += 1;
                    if self.size > LARGEST {
                        return Err(TooLarge);
                    }
                    self.line.push(byte);
                }
            }
        }
        Ok(ended)
    }

    /// A line is over; with an empty one an event is.
    fn end_line(&mut self) -> Option<Event> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            self.size = 0;
            let mut event = std::mem::take(&mut self.event);
            // One without data is none.
            return event.data.pop().map(|_| event);
        }
        let line = String::from_utf8_lossy(&line);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => value.clone_into(&mut self.event.id),
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                self.event.data.push_str(value);
                self.event.data.push('\n');
            }
            // A comment, or something for others.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, name: &str, data: &str) -> Event {
        Event { id: id.into(), name: name.into(), data: data.into() }
    }

    #[test]
    fn events_come_however_they_are_cut() {
        let text = "id: 1\nevent: log\ndata: {\"a\":\"ü\"}\n\n: keep-alive\n\nid: 2\r\ndata: one\r\ndata:two\r\n\r\nretry: 5\n\ndata: x";
        let expected = [event("1", "log", "{\"a\":\"ü\"}"), event("2", "", "one\ntwo")];
        for size in 1..=text.len() {
            let mut events = Events::default();
            let taken: Vec<Event> =
                text.as_bytes().chunks(size).flat_map(|chunk| events.take(chunk).unwrap()).collect();
            assert_eq!(taken, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn an_event_on_and_past_the_limit() {
        let sized = |size: usize| {
            let mut events = Events::default();
            let text = format!("data:{}\n\n", "x".repeat(size - 5));
            events.take(text.as_bytes()).map(|events| events.len())
        };
        assert_eq!(sized(LARGEST), Ok(1));
        assert_eq!(sized(LARGEST + 1), Err(TooLarge));
        let mut events = Events::default();
        let half = format!("data: {}\n\n", "x".repeat(LARGEST / 2));
        for _ in 0..4 {
            assert_eq!(events.take(half.as_bytes()).unwrap().len(), 1, "the limit is that of one event");
        }
    }
}
