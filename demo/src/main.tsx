import { render } from 'preact';
import './styles/page.css';
import './styles/phone.css';
import './styles/thread.css';
import { App } from './app.js';
import { makeGroup } from './group.js';

const parameters = new URLSearchParams(location.search);
void makeGroup();
render(<App user={parameters.get('user') ?? undefined} openWith={parameters.get('with') ?? undefined} language={parameters.get('lang') ?? undefined} />, document.getElementById('app')!);
