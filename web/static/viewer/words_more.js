// Further languages of the page's own words; the order is that of KEYS in words.js.

export const MORE = {
  it: [
    "it", "In diretta", "Non iniziata", "In pausa", "Terminata", "Nessuno ha ancora parlato.",
    "La riunione non è iniziata. I sottotitoli appariranno qui da soli.", "{n} nuovi",
    "Connessione persa. Nuovo tentativo…", "Questo link non funziona più. Chiedine uno nuovo.",
    "Scegli la tua lingua", "Lingua", "Come parlato", "Ascolta", "In ascolto", "Non parlata qui", "Cerca",
    "Nessun risultato", "Risultato precedente", "Risultato successivo", "Impostazioni", "Dimensione del testo",
    "Alto contrasto", "Colori", "Come il dispositivo", "Chiaro", "Scuro", "Mostra anche l’originale",
    "Mostra ora e ritardo", "Chiudi", "Relatore", "Non tradotto", "Che cosa viene salvato",
    "Un programma ascolta e scrive ciò che si dice, con i nomi di chi parla e le traduzioni.",
    "Resta finché un responsabile non lo cancella.", "Viene cancellato dopo {n} giorni.",
    "Viene registrato anche il suono.", "Che cosa mi sono perso?",
    "Frasi della riunione stessa, scelte da un programma.", "Decisioni", "Da fare",
    "Finora nulla di rilevante.", "Non ha funzionato. Riprova tra un momento.", "Sottotitoli in diretta",
  ],
  ja: [
    "ja", "ライブ", "開始前", "一時停止中", "終了", "まだ発言はありません。", "会議はまだ始まっていません。字幕はここに自動で表示されます。", "新着 {n} 件",
    "接続が切れました。再接続しています…", "このリンクは使えなくなりました。新しいリンクを依頼してください。", "言語を選んでください", "言語", "話された言語のまま", "聞く", "再生中",
    "音声はありません", "検索", "見つかりません", "前の結果", "次の結果", "設定", "文字の大きさ", "ハイコントラスト", "配色", "端末に合わせる", "明るい", "暗い",
    "原文も表示する", "時刻と遅れを表示する", "閉じる", "話者", "未翻訳", "保存されるもの", "プログラムが発言を聞き、話者の名前と翻訳とともに書き留めます。",
    "責任者が消去するまで保存されます。", "{n} 日後に消去されます。", "音声も録音されます。", "これまでの内容は？", "会議の発言からプログラムが選んだ文です。", "決定事項", "やること",
    "今のところ特にありません。", "うまくいきませんでした。少し後でもう一度お試しください。", "ライブ字幕",
  ],
  zh: [
    "zh", "直播", "尚未开始", "已暂停", "已结束", "还没有人发言。", "会议尚未开始。字幕会自动显示在这里。", "{n} 条新内容", "连接已断开，正在重试…",
    "此链接已失效，请索取新的链接。", "选择您的语言", "语言", "原始语言", "收听", "正在收听", "此处无语音", "搜索", "没有找到", "上一个结果", "下一个结果", "设置",
    "文字大小", "高对比度", "颜色", "跟随设备", "浅色", "深色", "同时显示原文", "显示时间和延迟", "关闭", "发言人", "未翻译", "保存的内容",
    "程序会聆听并记录发言，以及发言人的姓名和译文。", "内容会保存到负责人删除为止。", "内容会在 {n} 天后删除。", "声音也会被录制。", "我错过了什么？", "由程序从会议发言中选出的句子。",
    "决定", "待办", "目前没有重要内容。", "操作未成功，请稍后再试。", "实时字幕",
  ],
  ar: [
    "ar", "مباشر", "لم يبدأ", "متوقف مؤقتًا", "انتهى", "لم يقل أحد شيئًا بعد.",
    "لم يبدأ الاجتماع بعد. ستظهر الترجمة هنا تلقائيًا.", "{n} جديد", "انقطع الاتصال. جارٍ إعادة المحاولة…",
    "لم يعد هذا الرابط يعمل. اطلب رابطًا جديدًا.", "اختر لغتك", "اللغة", "كما قيل", "استماع", "جارٍ الاستماع",
    "غير متاحة صوتيًا", "بحث", "لا نتائج", "النتيجة السابقة", "النتيجة التالية", "الإعدادات", "حجم النص",
    "تباين عالٍ", "الألوان", "مثل الجهاز", "فاتح", "داكن", "إظهار النص الأصلي أيضًا", "إظهار الوقت والتأخير",
    "إغلاق", "متحدث", "غير مترجم", "ما الذي يُحفظ",
    "يستمع برنامج إلى ما يقال ويكتبه مع أسماء المتحدثين والترجمات.", "يُحفظ حتى يمحوه أحد المسؤولين.",
    "يُمحى بعد {n} يومًا.", "يُسجَّل الصوت أيضًا.", "ماذا فاتني؟", "جمل من الاجتماع نفسه اختارها برنامج.",
    "القرارات", "المهام", "لا شيء مهم حتى الآن.", "لم ينجح ذلك. حاول مجددًا بعد قليل.", "ترجمة نصية مباشرة",
  ],
};
