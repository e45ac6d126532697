//! How the sentences of documents are searched: once, by what a first reading tells of their
//! documents; what all searches have seen tells more of these, and by that the ways that a
//! search has found are judged anew, without another question to the language model.

use super::{DecodeConfig, Graph, Readings, Signs, Workspace, Workspaces};
use crate::lattice::{Lattice, Manner, Sentence};
use crate::model::Model;
use rayon::prelude::*;

/// What a search needs besides sentences.
pub(crate) struct Search<'a> {
    pub(crate) model: &'a Model,
    pub(crate) config: &'a DecodeConfig,
    pub(crate) workspaces: &'a Workspaces,
    /// Asked before every step; once it says no, the search ends.
    pub(crate) go_on: &'a (dyn Fn() -> bool + Sync),
}

/// A sentence after its search.
enum Searched<T> {
    /// Enough was known of its document.
    Told(T),
    /// What all sentences show of it is to be heard first.
    Open(Box<(Lattice, Graph)>),
}

impl Search<'_> {
    /// Searches sentences, which belong to these documents, and gives what `tell` makes of
    /// each: of its number, how its document is spun, its lattice and the graph, with
    /// posteriors. Nothing if the search was ended.
    pub(crate) fn each<T: Send>(
        &self,
        sentences: &[Sentence<'_>],
        documents: Vec<usize>,
        tell: impl Fn(usize, Manner<'_>, &Lattice, &mut Graph) -> T + Sync,
    ) -> Option<Vec<T>> {
        let &Self { model, config, workspaces, go_on } = self;
        let read = |sentence: &Sentence<'_>| {
            let read = |with: &mut Workspace| {
                let signs = Signs::read(model, sentence, Manner::default(), with);
                signs.ruling_out(sentence, with)
            };
            go_on().then(|| workspaces.with(read))
        };
        let signs: Option<Vec<Signs>> = sentences.par_iter().map(read).collect();
        let readings = Readings::none(documents).with(signs?).settle();
        let search = |(number, sentence): (usize, &Sentence<'_>)| {
            let search = |with: &mut Workspace| {
                let manner = readings.manner(number);
                with.search(model, sentence, manner, config);
                if readings.is_settled(number) {
                    let told = tell(number, manner, &with.lattice, &mut with.graph);
                    return (Signs::default(), Searched::Told(told));
                }
                let signs = Signs::of(model, sentence, with);
                (signs, Searched::Open(Box::new((with.lattice.clone(), with.graph.living()))))
            };
            go_on().then(|| workspaces.with(search))
        };
        let searched: Option<Vec<_>> = sentences.par_iter().enumerate().map(search).collect();
        let (signs, searched): (Vec<_>, Vec<_>) = searched?.into_iter().unzip();
        let readings = readings.with(signs);
        let judge = |(number, searched)| match searched {
            Searched::Told(told) => told,
            Searched::Open(open) => {
                let (mut lattice, mut graph) = *open;
                let manner = readings.manner(number);
                lattice.renew(model, &sentences[number], manner);
                graph.rescore(model, &lattice);
                graph.posteriors();
                tell(number, manner, &lattice, &mut graph)
            }
        };
        let searched = searched.into_par_iter().enumerate();
        searched.map(|one| go_on().then(|| judge(one))).collect()
    }
}
