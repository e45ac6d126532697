//! Plurals of nouns.

use super::irregular;
use super::spelling::{consonant, hyphen, y_turns};

/// Nouns whose plural is the singular.
const SAME: &[&str] = &[
    "aircraft",
    "bison",
    "chassis",
    "cod",
    "corps",
    "counsel",
    "crossroads",
    "deer",
    "fish",
    "headquarters",
    "hertz",
    "means",
    "moose",
    "offspring",
    "salmon",
    "series",
    "sheep",
    "shrimp",
    "species",
    "squid",
    "swine",
    "trout",
    "works",
];

/// Nouns without a plural.
const MASS: &[&str] = &[
    "accommodation",
    "advertising",
    "advice",
    "apparel",
    "attire",
    "baggage",
    "bravery",
    "cash",
    "clothing",
    "content",
    "courage",
    "data",
    "equipment",
    "evidence",
    "expertise",
    "feedback",
    "footage",
    "fun",
    "funding",
    "furniture",
    "furnishings",
    "gear",
    "guidance",
    "happiness",
    "hardware",
    "health",
    "homework",
    "housing",
    "info",
    "information",
    "intelligence",
    "jewelry",
    "jewellery",
    "knowledge",
    "laughter",
    "leisure",
    "literature",
    "luck",
    "luggage",
    "machinery",
    "mail",
    "merchandise",
    "mathematics",
    "media",
    "money",
    "music",
    "news",
    "nutrition",
    "people",
    "personnel",
    "physics",
    "poetry",
    "police",
    "politics",
    "pollution",
    "poverty",
    "progress",
    "proof",
    "publicity",
    "research",
    "rubbish",
    "safety",
    "scenery",
    "software",
    "staff",
    "stuff",
    "support",
    "trash",
    "violence",
    "wealth",
    "weather",
    "welfare",
    "wellbeing",
    "wisdom",
    "youngsters",
    "folks",
];

/// Endings of which the f becomes v.
const TO_VES: &[&str] =
    &["life", "wife", "knife", "half", "leaf", "shelf", "wolf", "thief", "loaf", "calf", "sheaf"];

/// Nouns after a consonant and o that take -es; most take -s.
const TO_OES: &[&str] = &[
    "buffalo", "cargo", "domino", "echo", "embargo", "go", "hero", "mosquito", "negro", "no",
    "potato", "tomato", "tornado", "torpedo", "veto", "volcano",
];

/// Ends in a `ch` that sounds as k.
const HARD_CH: &[&str] =
    &["epoch", "eunuch", "loch", "mach", "monarch", "oligarch", "patriarch", "stomach", "tech"];

/// Not compounds of man.
const NOT_MEN: &[&str] = &[
    "caiman",
    "german",
    "human",
    "norman",
    "ottoman",
    "roman",
    "shaman",
    "superhuman",
    "talisman",
];

/// Plurals of a singular, the commoner first; none for a mass noun.
pub(super) fn plurals(singular: &str) -> Vec<String> {
    if MASS.contains(&singular) {
        return Vec::new();
    }
    if let Some(plurals) = irregular::noun(singular) {
        return plurals.split('|').map(str::to_owned).collect();
    }
    if let Some(person) = singular.strip_suffix("-in-law") {
        return plurals(person).iter().map(|person| format!("{person}-in-law")).collect();
    }
    let (first, last) = hyphen(singular);
    if !first.is_empty() {
        return plurals(last).iter().map(|last| format!("{first}{last}")).collect();
    }
    vec![plural(singular)]
}

fn plural(noun: &str) -> String {
    let cut = |letters: usize, end: &str| format!("{}{end}", &noun[..noun.len() - letters]);
    if noun.is_empty() || SAME.contains(&noun) {
        noun.to_owned()
    } else if (noun == "man" || noun.ends_with("man")) && !NOT_MEN.contains(&noun) {
        cut(2, "en")
    } else if noun == "self" || noun == "elf" || TO_VES.iter().any(|end| noun.ends_with(end)) {
        cut(if noun.ends_with("fe") { 2 } else { 1 }, "ves")
    } else if ["foot", "tooth", "goose"].iter().any(|end| noun.ends_with(end)) {
        noun.replace("oo", "ee")
    } else if noun.ends_with("child") {
        cut(0, "ren")
    } else if noun.ends_with("sis") {
        cut(2, "es")
    } else if noun.ends_with("person") {
        cut(4, "ople")
    } else if y_turns(noun) {
        cut(1, "ies")
    } else if noun.ends_with(['s', 'x', 'z'])
        || noun.ends_with("sh")
        || (noun.ends_with("ch") && !HARD_CH.contains(&noun))
        || (noun.ends_with('o') && consonant(noun, 1) && TO_OES.contains(&noun))
    {
        cut(0, "es")
    } else {
        cut(0, "s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_by_table() {
        let table = "\
            dog dogs|box boxes|church churches|stomach stomachs|city cities|day days
            knife knives|belief beliefs|roof roofs|wolf wolves|shelf shelves|proof-reader proof-readers
            man men|woman women|human humans|businessman businessmen|german germans
            child children|grandchild grandchildren|foot feet|person people|salesperson salespeople
            analysis analyses|crisis crises|axis axes|criterion criteria|bacterium bacteria
            index indexes|matrix matrices|hero heroes|photo photos|radio radios|studio studios
            series series|species species|bus buses|lens lenses|quiz quizzes|class classes
            mother-in-law mothers-in-law|passer-by passers-by|check-in check-ins|wish wishes
            buzz buzzes|chief chiefs|safe safes|life lives|monkey monkeys|soliloquy soliloquies";
        for line in table.split(['|', '\n']) {
            let (singular, plural) = line.trim().split_once(' ').unwrap();
            assert_eq!(plurals(singular).first().map(String::as_str), Some(plural));
        }
        assert!(plurals("information").is_empty());
        assert!(plurals("person").contains(&"persons".to_owned()));
    }
}
