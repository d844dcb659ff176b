// What the page itself says, in the language that the reader has chosen.

import { MORE } from "./words_more.js";

const KEYS = [
  "code", "live", "waiting", "paused", "over", "empty", "not_begun", "newer", "lost", "gone", "choose",
  "language", "spoken", "listen", "listening", "unspoken", "search", "none", "before", "next", "settings",
  "size", "contrast", "theme", "auto", "light", "dark", "originals", "times", "close", "speaker",
  "untranslated", "privacy", "stored", "until", "days", "recorded", "missed", "extractive", "decisions",
  "actions", "nothing", "failed", "captions",
];

const TEXTS = {
  en: [
    "en", "Live", "Not begun", "Paused", "Over", "Nobody has said anything yet.",
    "The meeting has not begun. Captions appear here by themselves.", "{n} new",
    "Connection lost. Trying again…", "This link does not work any more. Ask for a new one.",
    "Choose your language", "Language", "As spoken", "Listen", "Listening", "Not spoken here", "Search",
    "Nothing found", "Earlier hit", "Later hit", "Settings", "Text size", "High contrast", "Colours",
    "As the device", "Light", "Dark", "Show the original words too", "Show times and delay", "Close", "Speaker",
    "Not translated", "What is stored",
    "A program listens and writes down what is said, with the names of the speakers and translations.",
    "It is kept until somebody in charge erases it.", "It is erased after {n} days.",
    "The sound is recorded too.", "What did I miss?", "Sentences of the meeting itself, chosen by a program.",
    "Decisions", "To do", "Nothing of note so far.", "This did not work. Try again in a moment.", "Live captions",
  ],
  es: [
    "es", "En directo", "Sin empezar", "En pausa", "Terminada", "Nadie ha dicho nada todavía.",
    "La reunión no ha empezado. Los subtítulos aparecerán aquí solos.", "{n} nuevos",
    "Conexión perdida. Reintentando…", "Este enlace ya no funciona. Pida uno nuevo.", "Elija su idioma",
    "Idioma", "Como se habla", "Escuchar", "Escuchando", "No se habla aquí", "Buscar", "Sin resultados",
    "Resultado anterior", "Resultado siguiente", "Ajustes", "Tamaño del texto", "Alto contraste", "Colores",
    "Como el dispositivo", "Claro", "Oscuro", "Mostrar también el original", "Mostrar hora y retraso", "Cerrar",
    "Hablante", "Sin traducir", "Qué se guarda",
    "Un programa escucha y escribe lo que se dice, con los nombres de quienes hablan y traducciones.",
    "Se guarda hasta que alguien responsable lo borre.", "Se borra después de {n} días.",
    "También se graba el sonido.", "¿Qué me he perdido?",
    "Frases de la propia reunión, elegidas por un programa.", "Decisiones", "Tareas",
    "Nada destacable por ahora.", "No ha funcionado. Inténtelo en un momento.", "Subtítulos en directo",
  ],
  fr: [
    "fr", "En direct", "Pas commencée", "En pause", "Terminée", "Personne n’a encore parlé.",
    "La réunion n’a pas commencé. Les sous-titres apparaîtront ici d’eux-mêmes.", "{n} nouveaux",
    "Connexion perdue. Nouvel essai…", "Ce lien ne fonctionne plus. Demandez-en un nouveau.",
    "Choisissez votre langue", "Langue", "Tel que parlé", "Écouter", "À l’écoute", "Pas parlée ici", "Chercher",
    "Aucun résultat", "Résultat précédent", "Résultat suivant", "Réglages", "Taille du texte",
    "Contraste élevé", "Couleurs", "Comme l’appareil", "Clair", "Sombre", "Afficher aussi l’original",
    "Afficher l’heure et le délai", "Fermer", "Intervenant", "Non traduit", "Ce qui est conservé",
    "Un programme écoute et écrit ce qui est dit, avec le nom des intervenants et des traductions.",
    "C’est conservé jusqu’à ce qu’un responsable l’efface.", "C’est effacé après {n} jours.",
    "Le son est aussi enregistré.", "Qu’ai-je manqué ?",
    "Phrases de la réunion elle-même, choisies par un programme.", "Décisions", "À faire",
    "Rien de notable pour l’instant.", "Cela n’a pas marché. Réessayez dans un instant.", "Sous-titres en direct",
  ],
  de: [
    "de", "Live", "Noch nicht begonnen", "Pause", "Beendet", "Noch hat niemand etwas gesagt.",
    "Die Besprechung hat nicht begonnen. Untertitel erscheinen hier von selbst.", "{n} neu",
    "Verbindung verloren. Neuer Versuch…", "Dieser Link gilt nicht mehr. Bitten Sie um einen neuen.",
    "Wählen Sie Ihre Sprache", "Sprache", "Wie gesprochen", "Anhören", "Ton läuft", "Hier nicht gesprochen",
    "Suchen", "Nichts gefunden", "Voriger Treffer", "Nächster Treffer", "Einstellungen", "Schriftgröße",
    "Hoher Kontrast", "Farben", "Wie das Gerät", "Hell", "Dunkel", "Originalworte auch zeigen",
    "Zeit und Verzögerung zeigen", "Schließen", "Sprecher", "Nicht übersetzt", "Was gespeichert wird",
    "Ein Programm hört zu und schreibt mit, was gesagt wird, mit Namen der Sprechenden und Übersetzungen.",
    "Es bleibt, bis jemand Verantwortliches es löscht.", "Es wird nach {n} Tagen gelöscht.",
    "Auch der Ton wird aufgezeichnet.", "Was habe ich verpasst?",
    "Sätze aus der Besprechung selbst, von einem Programm ausgewählt.", "Entscheidungen", "Aufgaben",
    "Bisher nichts Besonderes.", "Das hat nicht geklappt. Versuchen Sie es gleich noch einmal.", "Live-Untertitel",
  ],
  pt: [
    "pt", "Ao vivo", "Não começou", "Em pausa", "Terminada", "Ninguém disse nada ainda.",
    "A reunião não começou. As legendas aparecem aqui sozinhas.", "{n} novas",
    "Ligação perdida. A tentar de novo…", "Este link já não funciona. Peça um novo.", "Escolha o seu idioma",
    "Idioma", "Como se fala", "Ouvir", "A ouvir", "Não se fala aqui", "Procurar", "Nada encontrado",
    "Resultado anterior", "Resultado seguinte", "Definições", "Tamanho do texto", "Alto contraste", "Cores",
    "Como o aparelho", "Claro", "Escuro", "Mostrar também o original", "Mostrar hora e atraso", "Fechar",
    "Orador", "Não traduzido", "O que é guardado",
    "Um programa ouve e escreve o que se diz, com os nomes de quem fala e traduções.",
    "Fica guardado até alguém responsável o apagar.", "É apagado após {n} dias.", "O som também é gravado.",
    "O que perdi?", "Frases da própria reunião, escolhidas por um programa.", "Decisões", "Tarefas",
    "Nada de relevante até agora.", "Não funcionou. Tente daqui a pouco.", "Legendas ao vivo",
  ],
  ...MORE,
};

const RIGHT_TO_LEFT = ["ar"];

function of(code) {
  return Object.fromEntries(KEYS.map((key, at) => [key, TEXTS[code][at]]));
}

let now = of("en");

export const words = () => now;
export const isRightToLeft = () => RIGHT_TO_LEFT.includes(now.code);

// A language that the page has no words in gets the browser's, or English.
export function speak(language) {
  const wanted = [language, navigator.language, "en"].map((tag) => tag.split("-")[0].toLowerCase());
  now = of(wanted.find((code) => TEXTS[code]));
}
