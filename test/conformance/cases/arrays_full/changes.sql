-- Arrays under FULL identity: updates and deletes, nulls and empties.
UPDATE t SET a='{}', b='{}', c=NULL, d=NULL, e='{}', f=NULL, g=NULL, h='{}', i=NULL, j='{}', k='{-0,Infinity}', l='{}', m=NULL, n='{}', o=NULL, p='{}', q=NULL, r='{}', s='{0.00}', u=NULL;
DELETE FROM t;
