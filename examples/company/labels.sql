-- The sample company's own word for a stage; all others are aliases that align knows.
INSERT INTO align.stage_label (source, label, stage) VALUES ('crm', 'Discovery booked', 'sal');
