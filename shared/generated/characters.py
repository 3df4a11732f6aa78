"""Classes of characters, as the inside of a bracket expression. Written by make gen."""

UNSEEN = (
    '\\u0001-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b\\u2028-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufeff\\uffa0\\ufff0-\\uffff\\U0001bca0-\\U0001bca3\\U0001d173-\\U0001d17a\\U000e0000-\\U000e00ff\\U000e01f0-\\U000e0fff'
)
JOINING = (
    '\\u061c\\u200c-\\u200f\\ufe00-\\ufe0f\\U000e0100-\\U000e01ef'
)
SPACE = (
    '\\u0009\\u000a\\u0020\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000'
)
MARK = (
    '\\u0300-\\u036f\\u0483-\\u0489\\u0591-\\u05bd\\u0610-\\u061a\\u064b-\\u065f\\u0670\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f'
)
