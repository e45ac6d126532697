//! Verbs: -s, -ed, -ing and the irregular ones.

use super::Form;
use super::irregular;
use super::spelling::{consonant, doubled, hyphen, is_vowel, short_and_closed, y_turns};

/// Verbs of two syllables or more that double their last consonant.
const DOUBLING: &[&str] = &[
    "abet",
    "abhor",
    "abut",
    "acquit",
    "admit",
    "allot",
    "annul",
    "backpedal",
    "befit",
    "begin",
    "commit",
    "compel",
    "concur",
    "confer",
    "control",
    "defer",
    "demur",
    "deter",
    "diagram",
    "dispel",
    "distil",
    "eavesdrop",
    "embed",
    "emit",
    "enrol",
    "entrap",
    "equip",
    "excel",
    "expel",
    "extol",
    "forget",
    "format",
    "fulfil",
    "handicap",
    "humbug",
    "impel",
    "incur",
    "infer",
    "inset",
    "instil",
    "inter",
    "intermit",
    "kidnap",
    "occur",
    "offset",
    "omit",
    "outbid",
    "outfit",
    "outrun",
    "outwit",
    "overlap",
    "overrun",
    "overstep",
    "patrol",
    "permit",
    "prefer",
    "program",
    "propel",
    "rebel",
    "rebut",
    "recap",
    "recur",
    "refer",
    "refit",
    "regret",
    "remit",
    "repel",
    "rerun",
    "reset",
    "resubmit",
    "sandbag",
    "sidestep",
    "submit",
    "swap",
    "transfer",
    "transmit",
    "transship",
    "typeset",
    "unclog",
    "unplug",
    "unwrap",
    "unzip",
    "upset",
    "zigzag",
];

/// Verbs of this shape that do not double after all.
const PLAIN: &[&str] = &["bus", "chauffeur"];

/// Verbs in -ly; any other word in -ly before a verb is its adverb.
const IN_LY: &[&str] = &[
    "ally", "apply", "belly", "bully", "comply", "dally", "fly", "imply", "multiply", "ply",
    "rally", "rely", "reply", "sully", "supply", "tally",
];

/// Verbs without an infinitive, which keep their form and have no -ed and -ing.
const MODAL: &[&str] =
    &["can", "cannot", "could", "may", "might", "must", "shall", "should", "will", "would"];

/// Parts an adverb in -ly and its space from the verb phrase behind it.
pub(super) fn adverb(phrase: &str) -> (&str, &str) {
    match phrase.find(' ') {
        Some(at) if phrase[..at].ends_with("ly") && !IN_LY.contains(&&phrase[..at]) => {
            phrase.split_at(at + 1)
        }
        _ => ("", phrase),
    }
}

/// Every form but the base, the commoner spelling of a form first.
pub(super) fn forms(base: &str) -> Vec<(Form, String)> {
    if MODAL.contains(&base) {
        return vec![(Form::Present, base.to_owned()), (Form::Third, base.to_owned())];
    }
    if matches!(base, "be" | "are") {
        let forms = [
            (Form::Present, "are"),
            (Form::Present, "am"),
            (Form::Third, "is"),
            (Form::Past, "was"),
            (Form::Past, "were"),
            (Form::Participle, "been"),
            (Form::Gerund, "being"),
        ];
        return forms.map(|(form, word)| (form, word.to_owned())).to_vec();
    }
    let (first, last) = hyphen(base);
    let mut forms = vec![(Form::Present, base.to_owned()), (Form::Third, third(last))];
    match irregular::verb(last) {
        Some((prefix, (_, past, participle))) => {
            for (form, ways) in [(Form::Past, past), (Form::Participle, participle)] {
                forms.extend(ways.split('|').map(|way| (form, format!("{prefix}{way}"))));
            }
        }
        None => {
            let pasts: Vec<String> = stems(last).iter().map(|stem| past(stem)).collect();
            for form in [Form::Past, Form::Participle] {
                forms.extend(pasts.iter().map(|past| (form, past.clone())));
            }
        }
    }
    forms.extend(stems(last).iter().map(|stem| (Form::Gerund, gerund(stem))));
    for (_, word) in &mut forms[1..] {
        word.insert_str(0, first);
    }
    forms
}

fn third(base: &str) -> String {
    match base {
        "have" => "has".to_owned(),
        _ if y_turns(base) => format!("{}ies", &base[..base.len() - 1]),
        _ if base.ends_with('z') && short_and_closed(base) => format!("{}es", doubled(base)),
        _ if base.ends_with(['s', 'x', 'z']) => format!("{base}es"),
        _ if base.ends_with("ch") || base.ends_with("sh") => format!("{base}es"),
        _ if base.ends_with('o') && consonant(base, 1) => format!("{base}es"),
        _ => format!("{base}s"),
    }
}

/// What -ed and -ing are put to, the commoner way first: `stopp`, `travel` and `travell`.
fn stems(base: &str) -> Vec<String> {
    if PLAIN.contains(&base) {
        return vec![base.to_owned()];
    }
    if short_and_closed(base) || DOUBLING.binary_search(&base).is_ok() || doubling_compound(base) {
        return vec![doubled(base)];
    }
    if base.ends_with('c') && !base.ends_with("sc") && base.len() > 4 {
        return vec![format!("{base}k")];
    }
    let mut stems = vec![base.to_owned()];
    // British spelling doubles an l after one vowel, whatever the stress.
    let l_doubles = base.ends_with('l') && !consonant(base, 1) && consonant(base, 2);
    if l_doubles || matches!(base, "worship" | "focus" | "benefit" | "bus" | "target") {
        stems.push(doubled(base));
    }
    stems
}

/// True for `outrun`, `reset`: a prefix before a short irregular verb.
fn doubling_compound(base: &str) -> bool {
    let found = irregular::verb(base);
    found.is_some_and(|(prefix, (stem, ..))| !prefix.is_empty() && short_and_closed(stem))
}

fn past(stem: &str) -> String {
    if stem.ends_with('e') {
        format!("{stem}d")
    } else if y_turns(stem) {
        format!("{}ied", &stem[..stem.len() - 1])
    } else {
        format!("{stem}ed")
    }
}

fn gerund(stem: &str) -> String {
    if let Some(start) = stem.strip_suffix("ie") {
        return format!("{start}ying");
    }
    let keeps = ["ee", "oe", "ye", "inge"].iter().any(|end| stem.ends_with(end));
    match stem.strip_suffix('e') {
        Some(start) if keeps && !drops_after_ng(stem) => format!("{start}eing"),
        Some(start) if start.bytes().any(|b| is_vowel(b) || b == b'y') => format!("{start}ing"),
        _ => format!("{stem}ing"),
    }
}

/// Of the verbs in -inge only a few keep their e apart from `sing`, `swing`, `ting`.
fn drops_after_ng(stem: &str) -> bool {
    stem.ends_with("inge") && !matches!(stem, "singe" | "swinge" | "tinge" | "binge" | "whinge")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_by_table() {
        // base, third person, past, participle, -ing
        let table = "\
            have has had had having|do does did done doing|go goes went gone going
            stop stops stopped stopped stopping|visit visits visited visited visiting
            carry carries carried carried carrying|play plays played played playing
            make makes made made making|hope hopes hoped hoped hoping
            hop hops hopped hopped hopping|die dies died died dying
            lie lies lay lain lying|see sees saw seen seeing|dye dyes dyed dyed dyeing
            free frees freed freed freeing|agree agrees agreed agreed agreeing
            panic panics panicked panicked panicking|mix mixes mixed mixed mixing
            watch watches watched watched watching|pass passes passed passed passing
            prefer prefers preferred preferred preferring|offer offers offered offered offering
            understand understands understood understood understanding
            undergo undergoes underwent undergone undergoing
            overcome overcomes overcame overcome overcoming
            outrun outruns outran outrun outrunning|reset resets reset reset resetting
            behave behaves behaved behaved behaving|quit quits quit quit quitting
            begin begins began begun beginning|control controls controlled controlled controlling
            write writes wrote written writing|choose chooses chose chosen choosing
            put puts put put putting|bring brings brought brought bringing
            show shows showed shown showing|fix fixes fixed fixed fixing
            argue argues argued argued arguing|veto vetoes vetoed vetoed vetoing
            relay relays relayed relayed relaying|lay lays laid laid laying
            spin-off spin-offs spin-offed spin-offed spin-offing
            double-check double-checks double-checked double-checked double-checking
            whiz whizzes whizzed whizzed whizzing|buzz buzzes buzzed buzzed buzzing
            change changes changed changed changing|singe singes singed singed singeing
            utilize utilizes utilized utilized utilizing|enjoy enjoys enjoyed enjoyed enjoying
            cringe cringes cringed cringed cringing|use uses used used using
            forecast forecasts forecast forecast forecasting
            withdraw withdraws withdrew withdrawn withdrawing";
        for line in table.split(['|', '\n']) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let forms = forms(words[0]);
            let kinds = [Form::Third, Form::Past, Form::Participle, Form::Gerund];
            for (kind, expected) in kinds.iter().zip(&words[1..]) {
                let found = forms.iter().find(|(form, _)| form == kind).map(|(_, w)| w.as_str());
                assert_eq!(found, Some(*expected), "{}", words[0]);
            }
        }
        assert!(DOUBLING.is_sorted());
    }

    #[test]
    fn spells_both_ways() {
        for (base, form, word) in [
            ("travel", Form::Past, "travelled"),
            ("travel", Form::Gerund, "traveling"),
            ("learn", Form::Participle, "learnt"),
            ("get", Form::Participle, "gotten"),
            ("prove", Form::Participle, "proven"),
        ] {
            assert!(forms(base).contains(&(form, word.to_owned())), "{base} {word}");
        }
    }
}
