"""A few words in the script of each font."""

WORDS = {
    "NotoSans": "हिन्दी क्षत्रिय समूह",
    "NotoSansArabic": "مجموعة من اللاعبين",
    "NotoSansHebrew": "קבוצה של שחקנים",
    "NotoSansThai": "กลุ่มผู้เล่น",
    "NotoSansJP": "日本のグループ",
    "NotoSansSC": "组们",
    "NotoSansKR": "그룹",
}
