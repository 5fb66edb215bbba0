use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel};
use std::thread;
use std::time::Duration;

/// How many lines wait for a terminal that is slower than the events.
const WAITING: usize = 10_000;

/// How long the last lines may take.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Prints lines to standard output on a thread of its own: a reader that has stopped (`| less`) or
/// gone (`| head`) must neither hold the stack up nor end it with a panic.
#[derive(Debug)]
pub(crate) struct Printer {
    lines: SyncSender<String>,
    left_out: usize,
    ended: Receiver<()>,
}

/// Nobody reads standard output any more.
#[derive(Debug, PartialEq)]
pub(crate) struct NobodyReads;

impl Printer {
    pub(crate) fn start() -> Self {
        Self::to(io::stdout())
    }

    fn to(mut output: impl Write + Send + 'static) -> Self {
        let (lines, waiting) = sync_channel::<String>(WAITING);
        let (end, ended) = channel();
        thread::spawn(move || {
            let written = |line: String| writeln!(output, "{line}").and_then(|()| output.flush());
            // The first error ends it, and with the receiver gone every sender learns of it.
            let _ = waiting.into_iter().map(written).find(Result::is_err);
            let _ = end.send(());
        });
        Self {
            lines,
            left_out: 0,
            ended,
        }
    }

    /// Prints a line soon; never waits.
    pub(crate) fn print(&mut self, line: String) -> Result<(), NobodyReads> {
        if self.left_out > 0 {
            self.offer(format!("({} lines left out)", self.left_out), 0)?;
        }
        self.offer(line, 1)
    }

    /// Counts lines that never came here.
    pub(crate) fn leave_out(&mut self, lines: usize) {
        self.left_out += lines;
    }

    fn offer(&mut self, line: String, weight: usize) -> Result<(), NobodyReads> {
        match self.lines.try_send(line) {
            Ok(()) if weight == 0 => self.left_out = 0,
            Ok(()) => {}
            Err(TrySendError::Full(_)) => self.left_out += weight,
            Err(TrySendError::Disconnected(_)) => return Err(NobodyReads),
        }
        Ok(())
    }

    /// Waits until all is printed, but not for ever.
    pub(crate) fn finish(self) {
        drop(self.lines);
        let _ = self.ended.recv_timeout(LAST_LINES);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail so")]

    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Screen(Arc<Mutex<Vec<u8>>>);

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::from(io::ErrorKind::BrokenPipe))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_are_printed_in_order_and_those_left_out_are_counted() {
        let screen = Screen::default();
        let mut printer = Printer::to(screen.clone());

        printer.print("one".to_owned()).unwrap();
        printer.leave_out(7);
        printer.print("two".to_owned()).unwrap();
        printer.finish();

        let text = String::from_utf8(screen.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text, "one\n(7 lines left out)\ntwo\n");
    }

    #[test]
    fn a_reader_that_has_gone_is_noticed_and_not_a_panic() {
        let mut printer = Printer::to(Gone);
        let mut told = Ok(());

        for _ in 0..=WAITING {
            told = told.and_then(|()| printer.print("line".to_owned()));
            thread::yield_now();
        }

        assert_eq!(told, Err(NobodyReads));
    }
}
