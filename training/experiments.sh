#!/usr/bin/env bash
# The experiments behind the model card: an engine family left out of training and then met,
# a third of the lexicon left out, and what each part of the model is worth.
#
#     training/experiments.sh DATA OUT [EXPERIMENT...]
#
# DATA holds the data that training/README.md names; models and figures go to OUT. Language
# model, vocabulary and contexts are those of models/en.unspin; the channel is learned anew, and
# the weights from one draw (two minutes for each experiment). Without names all of them run.
set -euo pipefail
data=$(realpath "$1") out=$(realpath -m "$2")
shift 2
here=$(realpath "$(dirname "$0")")
base=$here/../models/en.unspin
unspin=${UNSPIN:-$here/../target/release/unspin}
mkdir -p "$out"

# What is held out of three kinds of text, to be spun by one family at a time, and spun by all.
held_out() {
    for file in press_releases lctt_ccbysa_tech science_ccby; do
        xz -dc "$data/mono/$file.txt.xz" | awk 'int((NR-1)/200)%50==49 && ++n <= 150'
        echo
    done >"$out/held_out.txt"
    "$unspin" spin --lexicon "$here/lexicon" --seed 7 "$out/held_out.txt" 2>/dev/null |
        grep . >"$out/spun_by_all.tsv"
    tail -n 200 "$data/pairs/pan_spun_train.tsv" >"$out/pan.tsv"
}

# ERR with its interval, and the share of places that have the original as a candidate.
figures() { # NAME MODEL PAIRS
    "$unspin" evaluate --model "$2" --pairs "$3" --format json 2>/dev/null |
        python3 -c '
import json, sys
r, (name, pairs) = json.load(sys.stdin), sys.argv[1:]
err, (low, high) = r["err"], r["intervals"]["err"]
shares = [r[key] for key in ("fixed", "fixed_at_k", "broken", "candidate_recall")]
print("|", name, "|", pairs, f"| {err:+.3f} ({low:+.3f} to {high:+.3f}) |",
      " | ".join(f"{share:.3f}" for share in shares), "|")
' "$1" "$(basename "$3" .tsv)" | tee -a "$out/figures.md"
}

learn() { # NAME RECIPE
    "$unspin" train --base "$base" --config "$2" --data "$data" --output "$out/$1.unspin" \
        2>"$out/$1.log"
}

# The recipe with another lexicon, weights from one draw, and nothing about families that may
# not be there.
whole() { # LEXICON
    sed -e '/^\[spin.about\]/,/^$/d' -e 's|^seeds = .*|seeds = 1|' \
        -e "s|^lexicon = .*|lexicon = \"$1\"|" "$here/en.toml"
}

# The same with other lists.
recipe() { # NAME LEXICON LIST TORTURED
    whole "$2" | sed -e "s|\"lists/wild_substitutions.tsv\"|\"$3\"|" \
        -e "s|\"lists/tortured_phrases.tsv\"|\"$4\"|" >"$out/$1.toml"
}

wild=$data/lists/wild_substitutions.tsv tortured=$data/lists/tortured_phrases.tsv

disjoint() { # FAMILY
    local family=$1 lexicon=$out/without_$1 list=$out/list_without_$1.tsv terms=$tortured
    rm -rf "$lexicon" && cp -r "$here/lexicon" "$lexicon" && rm -r "${lexicon:?}/$family"
    case $family in
    academic) terms=$out/no_terms.tsv && head -n 1 "$tortured" >"$terms" ;;
    esac
    awk -F'\t' -v family="$family" '!($4 == family || (family == "thesaurus" && $4 ~ /^S[0-9]/))' \
        "$wild" >"$list"
    recipe "without_$family" "$lexicon" "$list" "$terms"
    learn "without_$family" "$out/without_$family.toml"
    "$unspin" spin --lexicon "$here/lexicon" --family "$family" --seed 7 "$out/held_out.txt" \
        2>/dev/null | grep . >"$out/spun_by_$family.tsv"
    figures "all families" "$base" "$out/spun_by_$family.tsv"
    figures "without $family" "$out/without_$family.unspin" "$out/spun_by_$family.tsv"
    figures "without $family" "$out/without_$family.unspin" "$data/pairs/wild_dev.tsv"
}

# Every third line of the lexicon is left out; the text is spun with all of it.
unseen() {
    local lexicon=$out/two_thirds
    rm -rf "$lexicon" && cp -r "$here/lexicon" "$lexicon"
    find "$lexicon" -name '*.tsv' | sort | while read -r file; do
        awk '/^#/ || !NF || NR % 3' "$file" >"$file.kept" && mv "$file.kept" "$file"
    done
    recipe two_thirds "$lexicon" "$wild" "$tortured"
    learn two_thirds "$out/two_thirds.toml"
    figures "two thirds of the lexicon" "$out/two_thirds.unspin" "$out/spun_by_all.tsv"
    figures "all of it" "$base" "$out/spun_by_all.tsv"
}

measured() { # NAME
    figures "$1" "$out/$1.unspin" "$data/pairs/wild_dev.tsv"
    figures "$1" "$out/$1.unspin" "$out/pan.tsv"
    figures "$1" "$out/$1.unspin" "$out/spun_by_all.tsv"
}

ablation() { # NAME, recipe from stdin
    cat >"$out/$1.toml"
    learn "$1" "$out/$1.toml"
    measured "$1"
}

without() { # FEATURES, as TOML strings
    whole "$here/lexicon" | sed "s|^seeds = .*|&\nwithout = [$1]|"
}

run() {
    case $1 in
    base)
        figures "the default model" "$base" "$data/pairs/wild_dev.tsv"
        figures "the default model" "$base" "$out/pan.tsv"
        ;;
    unseen) unseen ;;
    no_contexts) without '"context", "context_keep"' | ablation "$1" ;;
    no_rate) without '"spin_rate"' | ablation "$1" ;;
    no_family) without '"family_restore", "family_keep"' | ablation "$1" ;;
    no_document) without '"elsewhere"' | ablation "$1" ;;
    no_topic) without '"topic", "topic_keep"' | ablation "$1" ;;
    no_names) without '"namesake", "namesake_times", "namesake_letters", "namesake_known"' | ablation "$1" ;;
    no_real_pairs)
        whole "$here/lexicon" |
            awk 'BEGIN { RS = ""; ORS = "\n\n" } !/pan_spun_train.tsv"\nrows = \[1,/' |
            ablation "$1"
        ;;
    no_lexicon)
        mkdir -p "$out/empty/none"
        whole "$out/empty" | ablation "$1"
        ;;
    half_language)
        # Everything is learned anew here, in five minutes or so.
        whole "$here/lexicon" | awk '/^ngrams/ { $3 /= 2 } 1' >"$out/$1.toml"
        "$unspin" train --config "$out/$1.toml" --data "$data" --output "$out/$1.unspin" \
            2>"$out/$1.log"
        measured "$1"
        ;;
    *) disjoint "$1" ;;
    esac
}

held_out
if [ $# = 0 ]; then
    set -- base unseen no_contexts no_rate no_family no_document no_topic no_names no_real_pairs
    set -- "$@" no_lexicon half_language
    for family in "$here"/lexicon/*/; do
        set -- "$@" "$(basename "$family")"
    done
fi
for experiment in "$@"; do
    run "$experiment"
done
