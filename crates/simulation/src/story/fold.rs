//! Many lines in few: what repeats is told once, and of what is still too much the middle is left out.

/// The longest cycle of lines that is recognised, for example: given, refused, answered.
const CYCLE: usize = 6;

/// At most `most` lines (and two more) of times and texts.
pub(super) fn fold(told: &[(String, String)], most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = told;
    while !rest.is_empty() {
        let (length, times) = cycle(rest);
        let first = &rest[..length];
        lines.extend(first.iter().map(|(time, text)| format!("{time}  {text}")));
        if times > 1 {
            let (until, _) = &rest[length * times - 1];
            let again = match times - 1 {
                1 => "once more".to_owned(),
                times => format!("{times} times more"),
            };
            let what = match length {
                1 => "this".to_owned(),
                length => format!("these {length} lines"),
            };
            lines.push(format!("{:14}… {what} {again}, until {until}", ""));
        }
        rest = &rest[length * times..];
    }
    leave_out_the_middle(lines, most)
}

/// How many lines from the first on repeat at once, and how often they come; one line once if none do.
fn cycle(lines: &[(String, String)]) -> (usize, usize) {
    let text = |index: usize| lines.get(index).map(|(_, text)| text);
    let longest = CYCLE.min(lines.len() / 2);
    for length in 1..=longest {
        let repeats = |round: usize| (0..length).all(|it| text(it) == text(round * length + it));
        let rounds = lines.len() / length;
        let times = (1..rounds).take_while(|round| repeats(*round)).count() + 1;
        // A pair that comes twice is not worth a line of its own.
        if times > 1 && length * times > 2 {
            return (length, times);
        }
    }
    (1, 1)
}

/// The beginning says what was meant to happen, the end what did: more is kept of it.
fn leave_out_the_middle(lines: Vec<String>, most: usize) -> Vec<String> {
    if lines.len() <= most {
        return lines;
    }
    let (head, tail) = (most / 3, most - most / 3);
    let left_out = lines.len() - most;
    let mut kept = lines[..head].to_vec();
    kept.push(format!("{:14}… {left_out} lines left out", ""));
    kept.extend_from_slice(&lines[lines.len() - tail..]);
    kept
}

#[cfg(test)]
mod tests {
    use super::fold;

    fn told(texts: &str) -> Vec<(String, String)> {
        texts
            .chars()
            .enumerate()
            .map(|(time, text)| (time.to_string(), text.to_string()))
            .collect()
    }

    #[test]
    fn lines_that_repeat_in_a_cycle_are_told_once() {
        let lines = fold(&told("xabababz"), 20);
        assert_eq!(
            lines,
            [
                "0  x",
                "1  a",
                "2  b",
                "              … these 2 lines 2 times more, until 6",
                "7  z"
            ]
        );
        assert_eq!(
            fold(&told("aaa"), 20),
            ["0  a", "              … this 2 times more, until 2"]
        );
    }

    #[test]
    fn lines_that_differ_stay() {
        assert_eq!(fold(&told("abc"), 20), ["0  a", "1  b", "2  c"]);
        assert_eq!(fold(&told("aab"), 20), ["0  a", "1  a", "2  b"]);
    }

    #[test]
    fn of_too_many_lines_the_middle_is_left_out() {
        let lines = fold(&told("abcdefghijklmnop"), 6);
        assert_eq!(lines.len(), 7);
        assert_eq!((lines[0].as_str(), lines[6].as_str()), ("0  a", "15  p"));
        assert!(lines[2].ends_with("… 10 lines left out"), "{lines:?}");
    }
}
